"""Lists that are followed, die, are damaged and are reconciled in any order, between any two calls of a table.

What reconciles the lists calls nothing wrong that somebody is at, and in the end they are as the records are.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bloomweaver import keys
from bloomweaver.errors import RecordContended
from bloomweaver.library.following import follow
from bloomweaver.library.listed import Entry, Listed
from bloomweaver.library.step import entries_of
from bloomweaver.library.together import follow_all
from bloomweaver.models.origin import Origin
from bloomweaver.models.reconciliation import Finding, FindingsPart, Kind, Phase, Progress
from bloomweaver.models.record import DocumentRecord, Operation, Status
from bloomweaver.reconciliation.reconciler import Order, Reconciler, Stores
from bloomweaver.sources.contents import Contents
from bloomweaver.sources.keeping import SourceGiver
from tests.chats.memory_chats import MemoryChats
from tests.examples import examples
from tests.fakes import (
    INDEX,
    MemoryEpochs,
    MemoryObjects,
    MemoryQueue,
    MemoryRebuilds,
    MemoryRecords,
    MemorySources,
    MemoryUploads,
    MemoryVectors,
    memory_stores,
)
from tests.interleavings.stepped import Before, Stepped
from tests.library.memory_listing import MemoryListing
from tests.library.test_following import assert_agree, record

# An error in a thread is one of the test.
pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")

DOCUMENTS = ["doc", "other", "third"]
FOLDERS = ["/", "/a", "/a/b", "/d"]
QUIET_SECONDS = 60.0
NUMBERS = st.integers(0, 11)
Happens = tuple[str, object]
"""The name of a method of `Library`, and what it is given."""


class Library:
    """Records, the lists of them, those who follow, and reconciliations."""

    def __init__(self) -> None:
        self._now = datetime(2026, 1, 1, tzinfo=UTC)
        self.records = MemoryRecords()
        self.table = MemoryListing(self.clock)
        self.objects = MemoryObjects()
        self.histories: dict[str, list[DocumentRecord]] = {name: [] for name in DOCUMENTS}
        self.followers: list[Stepped] = []
        self.reconciled = 0
        # Where there is no record at all, nothing of unknown documents is removed.
        self.records.records["always"] = record("always", folder="/a", created_at="2025")
        follow(self.table, self.records.records["always"])

    def clock(self) -> str:
        """The time, which stands still but where `rest` is called."""
        return self._now.isoformat(timespec="microseconds")

    def rest(self, _: object = None) -> None:
        """Let so much time pass that nobody who works on the lists can be alive after it."""
        for follower in self.followers:
            while not follower.is_over:
                follower.step()
        self._now += timedelta(seconds=QUIET_SECONDS + 1)

    def do(self, happening: Happens) -> None:
        """Something happens."""
        method, given_to_it = happening
        getattr(self, method)(given_to_it)

    def change(self, changed: DocumentRecord) -> None:
        """The record of a document becomes another one."""
        name = changed.doc_hash
        history = self.histories[name]
        at = self.clock()
        history.append(
            changed.model_copy(
                update={"revision": len(history) + 1, "accepted_at": at, "created_at": "2025"}
            ).model_copy(update={"updated_at": at})
        )
        self.records.records[name] = history[-1]

    def begin_to_follow(self, what: tuple[str, int]) -> None:
        """One more begins to follow a record of a document: maybe an old one, maybe one that others follow too."""
        name, which = what
        if history := self.histories[name]:
            chosen = _chosen(history, which)

            def work(stop: Callable[[], None]) -> None:
                with suppress(RecordContended):
                    follow(Before(self.table, stop), chosen)

            self.followers.append(Stepped(work))

    def begin_to_follow_all(self, which: int) -> None:
        """One more begins to follow a record of every document, all together."""
        chosen = [_chosen(history, which) for history in self.histories.values() if history]

        def work(stop: Callable[[], None]) -> None:
            with suppress(RecordContended):
                follow_all(Before(self.table, stop), chosen)

        self.followers.append(Stepped(work))

    def step(self, which: int) -> None:
        """One of those who are at it does a little more."""
        if alive := [follower for follower in self.followers if not follower.is_over]:
            alive[which % len(alive)].step()

    def die(self, which: int) -> None:
        """One of those who are at it dies."""
        if alive := [follower for follower in self.followers if not follower.is_over]:
            alive[which % len(alive)].die()

    def damage(self, which: int) -> None:
        """Somebody changes the table by hand."""
        places = sorted(self.table.places, key=lambda entry: (entry.partition, entry.sort))
        folder = FOLDERS[which % len(FOLDERS)]
        match which % 6:
            case 0 if places:
                self.table.places.discard(places[which % len(places)])
            case 1:
                self.table.counts[folder] = self.table.counts.get(folder, 0) + which - 4
            case 2:
                self.table.counts.pop(folder, None)
            case 3:
                self.table.known.pop(DOCUMENTS[which % len(DOCUMENTS)], None)
            case 4:
                stray = record("nobody", title="One", folder=folder)
                self.table.places |= entries_of("nobody", Listed.of(stray))
            case 5:
                self.table.places.add(Entry("title:below:fine:/a", "no document"))

    def lose(self, name: str) -> None:
        """Somebody removes a record for good, with all that was to be known of it."""
        self.records.records.pop(name, None)
        self.histories[name] = []

    def reconcile(
        self, *, repair: bool, meanwhile: Sequence[Happens] = ()
    ) -> list[tuple[Finding, DocumentRecord | None, bool]]:
        """Reconcile from beginning to end; before each call of a store something else happens.

        Returns what was found, with the record and whether the document was listed as it is when its page was done.
        """

        coming = iter(meanwhile)

        def disturb() -> None:
            if happening := next(coming, None):
                self.do(happening)

        self.reconciled += 1
        order, progress = Order(id=f"run-{self.reconciled}", repair=repair, contents=False), Progress()
        found: list[tuple[Finding, DocumentRecord | None, bool]] = []
        while progress.phase is not Phase.DONE:
            parts = progress.parts
            given_on = Progress.model_validate_json(progress.model_dump_json())
            progress = self._reconciler(disturb).go_on(order, given_on)
            for part in range(parts + 1, progress.parts + 1):
                data = self.objects.get(keys.findings_key(order.id, part))
                for finding in FindingsPart.model_validate_json(data).findings:
                    name = finding.doc_hash or ""
                    found.append((finding, self.records.records.get(name), self.is_listed(name)))
        return found

    def is_listed(self, name: str) -> bool:
        """Whether a document is listed as its record is."""
        now = self.records.records.get(name)
        listed = Listed.of(now) if now is not None else None
        there = {entry for entry in self.table.places if entry.doc_hash == name}
        state = self.table.known.get(name)
        return there == entries_of(name, listed) and (state.listed if state else None) == listed

    def assert_as_recorded(self) -> None:
        """That the lists and numbers are those of the records."""
        assert_agree(self.table, list(self.records.records.values()))

    def _reconciler(self, disturb: Callable[[], None]) -> Reconciler:
        records, table = Before(self.records, disturb), Before(self.table, disturb)
        sources, backups, vectors = MemorySources(), MemoryObjects(), memory_stores({INDEX: MemoryVectors()})
        contents = Contents(self.objects, MemoryUploads(self.objects), sources, body_max_bytes=9, upload_max_bytes=9)
        stores = Stores(
            records=records,
            epochs=MemoryEpochs(),
            vectors=vectors,
            objects=self.objects,
            backups=backups,
            sources=sources,
            giver=SourceGiver(records, contents, sources, backups, vectors),
            queue=MemoryQueue(),
            rebuilds=MemoryRebuilds(),
            listing=table,
            chats=(chats := MemoryChats()),
            chat_items=chats,
        )
        return Reconciler(stores, self.clock, quiet_seconds=QUIET_SECONDS, call_seconds=0, body_max_bytes=9)


def _chosen(history: Sequence[DocumentRecord], which: int) -> DocumentRecord:
    """One of the newest three."""
    return history[-1 - which % min(len(history), 3)]


names = st.sampled_from(DOCUMENTS)
changed_records = st.builds(
    record,
    names,
    folder=st.sampled_from(FOLDERS),
    title=st.sampled_from([None, "One", "Two"]),
    status=st.sampled_from([Status.INDEXED, Status.FAILED, Status.QUEUED]),
    operation=st.sampled_from([Operation.UPDATE, Operation.UPDATE, Operation.DELETE]),
    origin=st.none() | st.builds(Origin, name=st.just("docs"), path=st.just("a.md")),
)


def happens(method: str, given_to_it: st.SearchStrategy[object]) -> st.SearchStrategy[Happens]:
    return st.tuples(st.just(method), given_to_it)


follows, steps = happens("begin_to_follow", st.tuples(names, NUMBERS)), happens("step", NUMBERS)
together = happens("begin_to_follow_all", NUMBERS)
at_work = happens("change", changed_records) | follows | together | steps | steps | steps
deaths, damages, losses = happens("die", NUMBERS), happens("damage", NUMBERS), happens("lose", names)
rests = happens("rest", st.none())


@given(st.lists(at_work | rests, max_size=30), st.lists(at_work, max_size=40))
def test_nothing_is_called_wrong_that_somebody_is_at(before: list[Happens], meanwhile: list[Happens]) -> None:
    library = Library()
    for each in before:
        library.do(each)
    for finding, _, listed in library.reconcile(repair=False, meanwhile=meanwhile):
        # Nobody died and nothing was damaged: there is no orphan, and all numbers are right. What is not listed was
        # changed long ago, and nobody has begun to list it.
        assert finding.kind is Kind.UNLISTED_DOCUMENTS, finding
        assert not listed, finding
    library.rest()


@given(
    st.lists(at_work | deaths | damages | losses | rests, max_size=40),
    st.lists(st.lists(at_work | deaths | damages, max_size=40), max_size=3),
)
def test_whatever_happened_a_reconciliation_in_peace_puts_it_right(
    before: list[Happens], meanwhile: list[list[Happens]]
) -> None:
    library = Library()
    for each in before:
        library.do(each)
    for happen in meanwhile:
        library.reconcile(repair=True, meanwhile=happen)
    library.rest()
    for now in list(library.records.records.values()):
        if now.status is Status.QUEUED:
            library.change(now.model_copy(update={"status": Status.INDEXED}))
    library.rest()
    library.reconcile(repair=True)
    library.assert_as_recorded()
    assert library.reconcile(repair=False) == []


back_and_forth = happens("change", st.builds(record, st.just("doc"), folder=st.sampled_from(["/a", "/d"])))
of_one = happens("begin_to_follow", st.tuples(st.just("doc"), NUMBERS))


@settings(max_examples=examples(300))
@given(st.lists(back_and_forth | of_one | together | steps | steps, max_size=40))
def test_those_who_live_to_the_end_leave_the_lists_as_the_records_are(happen: list[Happens]) -> None:
    library = Library()
    for each in happen:
        library.do(each)
    for name in DOCUMENTS:
        library.begin_to_follow((name, 0))
    library.rest()
    library.assert_as_recorded()
