"""What is measured: servers, each with its command, and libraries in a process of their own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from benchmarks.embedding.environments import INFINITY, OWN, PEERS, Environment
from benchmarks.embedding.model_folder import MODEL
from embedding_service.encoder.engine import Precision

Wire = Literal["tei", "openai"]

SERVICE = "bloomweaver, HTTP"
ENGINE = "bloomweaver, auto"
NAIVE = "naive FastAPI with encode"
INFINITY_BF16 = "infinity, bfloat16"
REFERENCE = "sentence-transformers, torch fp32"


@dataclass(frozen=True)
class Server:
    """A server over HTTP. `{port}` in its command or variables is a free one."""

    name: str
    command: tuple[str, ...]
    route: str
    wire: Wire
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Library:
    """A library in process: a module of `engines`, and its option."""

    name: str
    environment: Environment
    engine: str
    option: str


def servers(folder: Path) -> list[Server]:
    """The servers, each with the model in `folder`."""
    infinity = (
        INFINITY.program("infinity_emb"), "v2", "--model-id", str(folder), "--engine", "torch", "--device", "cpu",
        "--served-model-name", "model", "--host", "127.0.0.1", "--port", "{port}", "--dtype",
    )  # fmt: skip
    return [
        Server(
            SERVICE,
            (str(OWN.python), "-m", "embedding_service"),
            "/embed",
            "tei",
            {"EMBEDDING_PORT": "{port}", "EMBEDDING_MODEL": MODEL, "EMBEDDING_MODEL_DIR": str(folder)},
        ),
        Server(
            NAIVE,
            (PEERS.program("uvicorn"), "benchmarks.embedding.naive_service:app", "--port", "{port}"),
            "/embed",
            "tei",
            {"MODEL_FOLDER": str(folder)},
        ),
        Server("infinity, float32", (*infinity, "float32"), "/embeddings", "openai"),
        Server(INFINITY_BF16, (*infinity, "bfloat16"), "/embeddings", "openai"),
    ]


def libraries() -> list[Library]:
    """The libraries: this engine in every precision that it has, and the others."""
    transformers = "sentence_transformers_engine"
    return [
        *(Library(f"bloomweaver, {one}", OWN, "bloomweaver_engine", one) for one in get_args(Precision)),
        Library(REFERENCE, PEERS, transformers, "torch"),
        Library("sentence-transformers, torch bf16", PEERS, transformers, "torch-bf16"),
        Library("sentence-transformers, OpenVINO", PEERS, transformers, "openvino"),
        Library("fastembed, default batch", PEERS, "fastembed_engine", "256"),
        Library("fastembed, batch 8", PEERS, "fastembed_engine", "8"),
    ]
