"""How large a fault run is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RunSize:
    """The bounds of a run. Times are in seconds."""

    documents: int
    operations: int
    """Deliveries of operations to the webhook."""
    seconds: float
    """In which faults happen."""
    calm_seconds: float
    """After that, in which operations are still sent: what is published can be seen, replaced and deleted."""
    restart: bool
    """Whether the whole stack is stopped and started in the middle."""
    singled_out: bool
    """Whether some documents are sent beside the workload, each to meet a trouble that chance alone may not bring
    about in a short run."""
    searches_per_second: float
    edited: int
    """Documents that are edited, and whose folders are moved; half as many are deleted with their folder."""
    synced_files: int
    """Files of a folder that is kept in step, to begin with."""
    sweep_after_seconds: float
    """For how long the sweep leaves a record alone: longer than any function runs here."""
    questions_per_second: float = 0.5
    askers: int = 4
    senders: int = 8
    searchers: int = 2
    recovery_seconds: float = 120.0
    """The most that the pipeline may take to come to rest after the last fault."""


FULL = RunSize(
    documents=320,
    operations=1600,
    seconds=140,
    calm_seconds=15,
    restart=True,
    singled_out=False,
    searches_per_second=8,
    edited=24,
    synced_files=24,
    sweep_after_seconds=30,
    questions_per_second=1.0,
    askers=8,
)
SMALL = RunSize(
    documents=40,
    operations=200,
    seconds=14,
    calm_seconds=10,
    restart=False,
    singled_out=True,
    searches_per_second=8,
    edited=6,
    synced_files=6,
    sweep_after_seconds=15,
    recovery_seconds=90,
)
