"""Reconciliations among executions, faults and late writes in any order, and between the readings of one page.

They leave no quiet time, so that only the rules are left to tell what is in motion; lists alone follow their records at
once (how they do else is in `test_listing_interleavings`). Nothing is done behind the system's
back here: whatever a reconciliation calls wrong, but for backups that a dead letter names, is a mistake, and so is
every harm that a repair does to what `Interleavings` promises.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from bloomweaver.indexes.stores import IndexStores
from bloomweaver.library.following import follow
from bloomweaver.models.dead_letter import BranchTask
from bloomweaver.models.reconciliation import FindingsPart, Kind, Phase, Progress
from bloomweaver.models.record import Branch
from bloomweaver.reconciliation.reconciler import Order, Reconciler, Stores
from bloomweaver.sources.keeping import SourceGiver
from bloomweaver.vector_stores.base import VectorStore
from tests.chats.memory_chats import MemoryChats
from tests.examples import examples
from tests.fakes import MemoryObjects, memory_stores
from tests.interleavings.stepped import Before
from tests.interleavings.test_interleavings import AT_A_TIME, DOCUMENTS, NUMBERS, TEXTS, Interleavings, _pick
from tests.interleavings.world import BODY_MAX_BYTES
from tests.library.memory_listing import MemoryListing

_READS_AND_WRITES = {
    *("get", "get_many", "put", "scan"),
    *("existing", "page_of_ids", "page_of_keys", "upsert", "delete", "delete_many", "exists", "put_content"),
}

A_WHOLE_RUN = 4


class Disturbed:
    """A store on which something else happens before every call."""

    def __init__(self, store: Any, disturb: Callable[[], None]) -> None:
        self._store = store
        self._disturb = disturb

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        assert name in _READS_AND_WRITES

        def disturbed(*arguments: Any) -> Any:
            self._disturb()
            return method(*arguments)

        return disturbed


class Reconciliations(Interleavings):
    """The pipeline, its clients and its faults, and reconciliations meanwhile."""

    @initialize()
    def begin_reconciling(self) -> None:
        self.under_way: dict[bool, tuple[Order, Progress]] = {}
        self.reports = MemoryObjects()
        self.listing = MemoryListing()
        self.number = 0

    @rule(repair=st.booleans(), disturbances=st.lists(NUMBERS, max_size=12))
    def compare(self, repair: bool, disturbances: list[int]) -> None:
        """A page more of the reconciliation that repairs, or of the one that does not."""
        self.number += 1
        order, progress = self.under_way.get(repair, (Order(f"run-{self.number}", repair, True), Progress()))
        progress = self._reconciler(iter(disturbances)).go_on(order, progress)
        self._accept_what_runs_again()
        self._assert_nothing_in_motion_was_called_wrong(order, progress)
        self.under_way[repair] = (order, progress)
        if progress.phase is Phase.DONE:
            del self.under_way[repair]

    def _reconciler(self, disturbances: Iterator[int]) -> Reconciler:
        def disturb() -> None:
            which = next(disturbances, 0)
            if which > A_WHOLE_RUN and len(self.world.machines.running()) < AT_A_TIME:
                # A document at rest is not so for long: one is accepted, and goes all its way.
                self.post(DOCUMENTS[which % len(DOCUMENTS)], TEXTS[which % len(TEXTS)], "at once")
                if self.world.machines.running():
                    self.run_to_the_end(-1)
            elif self.world.machines.running():
                process = _pick(self.world.machines.running(), which)
                for _ in range(which):
                    if process.tasks:
                        self._step(process, _pick(process.tasks, which))
            for record in self.world.records.records.values():
                follow(self.listing, record)

        world = self.world
        records, backups, sources = (
            Disturbed(store, disturb) for store in (world.records, world.backups, world.sources)
        )
        vectors = self._disturbed_indexes(disturb)
        stores = Stores(
            records=records,
            epochs=world.epochs,
            vectors=vectors,
            objects=_Both(world.objects, self.reports),
            backups=backups,
            sources=sources,
            giver=SourceGiver(records, world.contents(), sources, backups, vectors),
            queue=world.outbox,
            rebuilds=world.rebuilds,
            listing=Before(self.listing, disturb),
            chats=(chats := MemoryChats()),
            chat_items=chats,
        )
        return Reconciler(stores, world.clock, quiet_seconds=0, call_seconds=0, body_max_bytes=BODY_MAX_BYTES)

    def _disturbed_indexes(self, disturb: Callable[[], None]) -> IndexStores:
        vectors: dict[str, VectorStore] = {
            index: Disturbed(store, disturb) for index, store in self.world.vectors.items()
        }
        return memory_stores(vectors, self.world.indexes)

    def _assert_nothing_in_motion_was_called_wrong(self, order: Order, progress: Progress) -> None:
        lettered = {
            (letter.doc_hash, letter.version)
            for letter in self.world.letters
            if letter.branch is Branch.S3 and letter.task is BranchTask.WRITE
        }
        for key, data in self.reports.objects.items():
            if f"/{order.id}/findings-" in key:
                for found in FindingsPart.model_validate_json(data).findings:
                    assert found.kind is Kind.MISSING_BACKUPS, found
                    assert (found.doc_hash, found.version) in lettered, found
        assert progress.counts.found >= progress.counts.unrepaired


class _Both(MemoryObjects):
    """The artifacts bucket, whose reports lie apart."""

    def __init__(self, artifacts: MemoryObjects, reports: MemoryObjects) -> None:
        super().__init__(artifacts.objects)
        self._reports = reports

    def put(self, key: str, data: bytes) -> None:
        (self._reports if key.startswith("reports/") else super()).put(key, data)


TestReconciliations = Reconciliations.TestCase
TestReconciliations.settings = settings(
    settings.get_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick")),
    max_examples=5000 if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else examples(50),
)
