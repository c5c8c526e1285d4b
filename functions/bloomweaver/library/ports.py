"""What the library needs from outside: the table of lists."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from bloomweaver.library.listed import Entry, Listed

COMMIT_MAX = 100
"""DynamoDB: items in one transaction."""


@dataclass(frozen=True)
class ListedState:
    """What the lists have of a document, and by which revision of its record."""

    revision: int
    listed: Listed | None
    """None of a document that is in no list."""
    begun: tuple[Listed | None, ...] = ()
    """What somebody began to make of it who may have died since: any entries of these may be there, and any that one
    of them does not have may be missing."""
    serial: int = 0
    """Counts the writes of the state; 0 is none yet."""
    followed_at: str = field(default="", compare=False)
    """When somebody who follows the record wrote it last, in the form of `Clock`; empty for nobody. The table sets
    it."""


@dataclass(frozen=True)
class StateChange:
    """What the lists have of a document, before and after."""

    doc_hash: str
    before: ListedState
    after: ListedState


@dataclass(frozen=True)
class FolderCount:
    """A folder, and how many documents are in it and below it."""

    folder: str
    documents: int


@dataclass(frozen=True)
class ListingPage:
    """Some of everything that is in the table, and the cursor of the page after it if there is one."""

    entries: list[Entry]
    states: dict[str, ListedState]
    """By document."""
    counts: list[FolderCount]
    cursor: str | None


@dataclass(frozen=True)
class FolderPage:
    """Some folders in the order of their names, and where the next page begins if there is one."""

    folders: list[FolderCount]
    after: str | None


class CaughtUp(BaseModel):
    """How far the lists have caught up."""

    model_config = ConfigDict(frozen=True)

    until: str | None = None
    """What was changed before is listed; none while all records are looked through."""
    began_at: str | None = None
    """When that began."""
    cursor: str | None = None
    """How far it is."""


class ListingTable(Protocol):
    """The table of lists. Raises `StorageUnavailable` where it cannot be reached."""

    def state(self, doc_hash: str) -> ListedState | None:
        """What the lists have of a document (a consistent read); none if they never had anything."""

    def states(self, doc_hashes: Iterable[str], *, consistent: bool) -> dict[str, ListedState]:
        """What the lists have of documents, where they ever had anything; without `consistent` for half of what that
        costs, and maybe late."""

    def existing(self, entries: Iterable[Entry], *, consistent: bool) -> set[Entry]:
        """Those of the entries that are there; without `consistent` for half of what that costs, and maybe late."""

    def scan(self, limit: int, cursor: str | None, *, consistent: bool) -> ListingPage:
        """About `limit` of everything in the table, in no order. Raises `InvalidCursor`.

        Without `consistent` for half of what that costs, and maybe late.
        """

    def write(self, *, put: Iterable[Entry], delete: Iterable[Entry]) -> None:
        """Write entries, and remove others. Safe to do twice; not all at the same time."""

    def commit(self, changes: Sequence[StateChange], *, counts: Mapping[str, int], followed: bool = True) -> bool:
        """Store the states after the changes if those stored have the serial numbers of before, and add the counts.
        All or nothing; false for nothing.

        At most `COMMIT_MAX` changes and counts in sum, of as many documents as there are changes. The `followed_at` of
        what is stored is now, or without `followed` that of before.
        """

    def mark(self, folder: str, mark: str) -> int | None:
        """Put a mark on the number of a folder, in the place of any other. It goes with the next change of the number.

        Returns the number; none if somebody else is at it.
        """

    def correct(self, folder: str, mark: str, change: int) -> bool:
        """Add to the number of a folder and remove its mark, if it still has this one. False otherwise."""

    def entries(
        self, partition: str, *, prefix: str, after: str | None, limit: int, descending: bool
    ) -> Sequence[Entry]:
        """The entries of a list whose sort key begins with `prefix`, behind the key `after`, in order.

        At most `limit`; fewer only where the list ends.
        """

    def count(self, folder: str) -> int:
        """How many documents are in and below a folder."""

    def children(self, folder: str, *, after: str | None, limit: int) -> FolderPage:
        """The folders right below a folder that have documents, in the order of their names."""

    def caught_up(self) -> CaughtUp:
        """How far the lists have caught up (a consistent read)."""

    def note_caught_up(self, caught_up: CaughtUp) -> None:
        """Note how far they have."""
