"""The table of lists in memory, with the faults that a table may have."""

from collections.abc import Iterable, Mapping, Sequence

from bloomweaver.errors import StorageUnavailable
from bloomweaver.library.listed import Entry
from bloomweaver.library.ports import CaughtUp, FolderCount, FolderPage, ListedState
from bloomweaver.models import folder_path


class MemoryListing:
    """Implements `ListingTable`. `fails_after` writes it fails once."""

    def __init__(self) -> None:
        self.places: set[Entry] = set()
        self.states: dict[str, ListedState] = {}
        self.counts: dict[str, int] = {}
        self.fails_after: int | None = None
        self.progress = CaughtUp()

    def state(self, doc_hash: str) -> ListedState | None:
        """See `ListingTable`."""
        return self.states.get(doc_hash)

    def write(self, *, put: Iterable[Entry], delete: Iterable[Entry]) -> None:
        """See `ListingTable`."""
        for entry in put:
            self._may_fail()
            self.places.add(entry)
        for entry in delete:
            self._may_fail()
            self.places.discard(entry)

    def commit(self, doc_hash: str, state: ListedState, *, replaces: ListedState, counts: Mapping[str, int]) -> bool:
        """See `ListingTable`."""
        self._may_fail()
        known = self.states.get(doc_hash)
        if (known.serial if known else 0) != replaces.serial:
            return False
        assert state.serial == replaces.serial + 1
        self.states[doc_hash] = state
        for folder, change in counts.items():
            self.counts[folder] = self.counts.get(folder, 0) + change
        return True

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
