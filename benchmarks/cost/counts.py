"""What is counted of a kind of document, a document on average, as it is stored between runs."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from benchmarks.errors import RunError

FILE = Path(__file__).parent / "counts.json"


class Part(BaseModel):
    """A function's share in a document."""

    model_config = ConfigDict(frozen=True)

    invocations: float
    gb_seconds: float


class Counts(BaseModel):
    """A document of one size, on its way from the webhook until nothing is left to do."""

    model_config = ConfigDict(frozen=True)

    documents: int
    """How many were sent."""
    characters: int
    chunks: float
    states: dict[str, float]
    """How often each state was entered."""
    functions: dict[str, Part]
    requests: dict[str, float]
    """To AWS, by the functions: service and operation."""
    run_seconds: float
    """From an execution's start to its end."""
    record_bytes: float
    vector_bytes: float
    """Of a chunk in the vector index: vector, text and metadata."""
    backup_bytes: float
    """Of all backups."""
    log_bytes: float
    """Of the execution's log, with the data of its states."""


class Run(BaseModel):
    """All that one run counted."""

    model_config = ConfigDict(frozen=True)

    measured_at: str
    machine: dict[str, object]
    chunks_per_second: float
    """What the embedding service took, with the large documents' chunks."""
    sizes: dict[str, Counts]


def read() -> Run:
    """The last run's. Raises `RunError` if there is none."""
    if not FILE.exists():
        raise RunError("nothing is counted yet; run without --no-run")
    return Run.model_validate_json(FILE.read_text())


def write(run: Run) -> None:
    """Keep a run's."""
    FILE.write_text(run.model_dump_json(indent=1) + "\n")
