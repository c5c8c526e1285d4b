"""The table of lists in memory, with the faults that a table may have."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bloomweaver.errors import StorageUnavailable
from bloomweaver.library.listed import Entry
from bloomweaver.library.ports import (
    COMMIT_MAX,
    CaughtUp,
    FolderCount,
    FolderPage,
    ListedState,
    ListingPage,
    StateChange,
)
from bloomweaver.models import folder_path
from bloomweaver.ports import Clock

LONG_AGO = "2000-01-01T00:00:00.000000+00:00"


class MemoryListing:
    """Implements `ListingTable`. `fails_after` writes it fails once. Without a clock all was written long ago."""

    def __init__(self, clock: Clock = lambda: LONG_AGO) -> None:
        self.clock = clock
        self.marks: dict[str, str] = {}
        self.places: set[Entry] = set()
        self.known: dict[str, ListedState] = {}
        self.counts: dict[str, int] = {}
        self.fails_after: int | None = None
        self.progress = CaughtUp(until=LONG_AGO)

    def state(self, doc_hash: str) -> ListedState | None:
        """See `ListingTable`."""
        return self.known.get(doc_hash)

    def states(self, doc_hashes: Iterable[str], *, consistent: bool) -> dict[str, ListedState]:
        """See `ListingTable`."""
        return {doc_hash: self.known[doc_hash] for doc_hash in doc_hashes if doc_hash in self.known}

    def existing(self, entries: Iterable[Entry], *, consistent: bool) -> set[Entry]:
        """See `ListingTable`."""
        return self.places & set(entries)

    def scan(self, limit: int, cursor: str | None, *, consistent: bool) -> ListingPage:
        """See `ListingTable`."""
        items: dict[str, Entry | ListedState | FolderCount] = {
            **{f"{entry.partition}\0{entry.sort}": entry for entry in self.places},
            **{f"document:{doc_hash}": state for doc_hash, state in self.known.items()},
            **{f"folders:{folder}": FolderCount(folder, number) for folder, number in self.counts.items()},
        }
        later = sorted(name for name in items if cursor is None or name > cursor)
        page = ListingPage([], {}, [], later[limit - 1] if len(later) > limit else None)
        for name in later[:limit]:
            match items[name]:
                case Entry() as entry:
                    page.entries.append(entry)
                case ListedState() as state:
                    page.states[name.removeprefix("document:")] = state
                case FolderCount() as count:
                    page.counts.append(count)
        return page

    def write(self, *, put: Iterable[Entry], delete: Iterable[Entry]) -> None:
        """See `ListingTable`."""
        for entry in put:
            self._may_fail()
            self.places.add(entry)
        for entry in delete:
            self._may_fail()
            self.places.discard(entry)

    def commit(self, changes: Sequence[StateChange], *, counts: Mapping[str, int], followed: bool = True) -> bool:
        """See `ListingTable`."""
        self._may_fail()
        assert len({change.doc_hash for change in changes}) == len(changes)
        assert len(changes) + len(counts) <= COMMIT_MAX
        for change in changes:
            known = self.known.get(change.doc_hash)
            if (known.serial if known else 0) != change.before.serial:
                return False
            assert change.after.serial == change.before.serial + 1
        for change in changes:
            followed_at = self.clock() if followed else change.before.followed_at
            self.known[change.doc_hash] = replace(change.after, followed_at=followed_at)
        for folder, added in counts.items():
            self._add(folder, added)
        return True

    def mark(self, folder: str, mark: str) -> int | None:
        """See `ListingTable`."""
        self.marks[folder] = mark
        return self.counts.setdefault(folder, 0)

    def correct(self, folder: str, mark: str, change: int) -> bool:
        """See `ListingTable`."""
        if self.marks.get(folder) != mark:
            return False
        self._add(folder, change)
        return True

    def _add(self, folder: str, change: int) -> None:
        self.counts[folder] = self.counts.get(folder, 0) + change
        self.marks.pop(folder, None)
        if not self.counts[folder]:
            del self.counts[folder]

    def entries(
        self, partition: str, *, prefix: str, after: str | None, limit: int, descending: bool
    ) -> Sequence[Entry]:
        """See `ListingTable`."""
        there = sorted(
            (entry for entry in self.places if entry.partition == partition and entry.sort.startswith(prefix)),
            key=lambda entry: entry.sort.encode(),
            reverse=descending,
        )
        if after is not None:
            there = [entry for entry in there if (entry.sort < after if descending else entry.sort > after)]
        return there[:limit]

    def count(self, folder: str) -> int:
        """See `ListingTable`."""
        return self.counts.get(folder, 0)

    def children(self, folder: str, *, after: str | None, limit: int) -> FolderPage:
        """See `ListingTable`."""
        names = sorted(
            folder_path.name(each)
            for each, number in self.counts.items()
            if each != folder_path.ROOT and number and folder_path.parent(each) == folder
        )
        later = [name for name in names if after is None or name > after]
        base = folder.rstrip("/")
        found = [FolderCount(f"{base}/{name}", self.counts[f"{base}/{name}"]) for name in later[:limit]]
        return FolderPage(found, later[limit - 1] if len(later) > limit else None)

    def caught_up(self) -> CaughtUp:
        """See `ListingTable`."""
        return self.progress

    def note_caught_up(self, caught_up: CaughtUp) -> None:
        """See `ListingTable`."""
        self.progress = caught_up

    def _may_fail(self) -> None:
        if self.fails_after is None:
            return
        if self.fails_after == 0:
            self.fails_after = None
            raise StorageUnavailable("the table is not there")
        self.fails_after -= 1
