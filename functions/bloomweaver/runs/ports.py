"""What runs need from outside: the table of runs, and Step Functions' own memory of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bloomweaver.models.run import RunEntry, RunStatus, StateMachine
from bloomweaver.runs.events import HistoryEvent


@dataclass(frozen=True)
class RunList:
    """A list of runs: of a document, or of all of a state machine, in a status, both or neither."""

    state_machine: StateMachine | None = None
    status: RunStatus | None = None
    doc_hash: str | None = None
    """With it the other two are none."""


@dataclass(frozen=True)
class Place:
    """A run's place in a list."""

    started_at: str
    id: str


@dataclass(frozen=True)
class TablePage:
    """Some runs of a list, and the place of the last one if there may be more."""

    runs: Sequence[RunEntry]
    after: Place | None


class RunTable(Protocol):
    """The table of runs. Raises `StorageUnavailable` where it cannot be reached."""

    def get(self, id_: str) -> RunEntry | None:
        """A run, if it is there."""

    def put(self, entry: RunEntry) -> bool:
        """Keep what is said of a run, unless something newer is kept, by `RunEntry.order`. Returns whether it was kept.

        A document that is known of the run stays known.
        """

    def page(
        self,
        of: RunList,
        *,
        since: str | None,
        until: str | None,
        limit: int,
        after: Place | None,
        oldest_first: bool = False,
    ) -> TablePage:
        """The runs of a list that began in that time, both ends included, the newest first: at most `limit` after a
        place. One query, which reads no more than it answers. The list may lag behind the runs."""


@dataclass(frozen=True)
class DescribedRun:
    """What Step Functions says of a run."""

    entry: RunEntry
    arn: str
    input: str | None
    output: str | None
    error: str | None
    cause: str | None


@dataclass(frozen=True)
class EventPage:
    """Some events of a run's history in their order, and what the page after them is asked for with."""

    events: Sequence[HistoryEvent]
    token: str | None


class RunHistories(Protocol):
    """Step Functions' own memory of runs. Raises `StorageUnavailable`, also where it is asked too often."""

    def arn_of(self, machine: StateMachine, name: str) -> str:
        """The ARN of an execution."""

    def describe(self, machine: StateMachine, name: str) -> DescribedRun | None:
        """How far a run is; none where there is none of that name, or not any more."""

    def events(self, machine: StateMachine, name: str, *, limit: int, token: str | None, data: bool) -> EventPage:
        """A page of its history, from the start or from a token that a page of the same `limit` and `data` gave.

        Without `data` the events have no inputs and outputs. Raises `InvalidCursor` where the token is none, or not any
        more, and `UnknownRun`.
        """

    def definition(self, machine: StateMachine, name: str) -> Mapping[str, Any]:
        """The definition that the run was started with. Raises `UnknownRun`."""
