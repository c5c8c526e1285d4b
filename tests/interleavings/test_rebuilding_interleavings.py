"""Rebuilds among executions, faults and late writes in any order, and between any two of their own steps.

The index is lost at times, and batches of old listings are restored at any later time, also by functions that die after
their write and are repeated. Whatever that does to what `Interleavings` promises is a mistake.
"""

import os
from collections.abc import Iterator
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from bloomweaver.models.rebuild import LOST, ListedObject
from bloomweaver.rebuilding.restorer import Restorer
from bloomweaver.rebuilding.starting import Target
from tests.examples import examples
from tests.interleavings.test_interleavings import NUMBERS, Interleavings, _pick
from tests.interleavings.test_reconciliation_interleavings import Disturbed
from tests.interleavings.world import DEPLOYMENTS


class Dead(Exception):
    """The function is gone after its write."""


class Mortal:
    """A vector store whose caller dies after an upsert, so often."""

    def __init__(self, store: Any, deaths: int) -> None:
        self._store = store
        self._deaths = deaths

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def upsert(self, chunks: Any) -> None:
        """Write, and die."""
        self._store.upsert(chunks)
        if self._deaths:
            self._deaths -= 1
            raise Dead


class Rebuilds(Interleavings):
    """The pipeline, its clients and its faults, and rebuilds meanwhile."""

    @initialize()
    def begin_rebuilding(self) -> None:
        self.listings: list[list[ListedObject]] = []

    @rule()
    def list_backups(self) -> None:
        """A rebuild lists the bucket, some time before it reads what it has listed."""
        listed = [ListedObject(key=key, size=len(data)) for key, data in self.world.backups.objects.items()]
        self.listings = [*self.listings[-2:], listed]

    @rule(which=NUMBERS, deaths=st.sampled_from([0, 0, 1, 2]), disturbances=st.lists(NUMBERS, max_size=12))
    def restore(self, which: int, deaths: int, disturbances: list[int]) -> None:
        """A batch of an older or newer listing is restored, while executions go on."""
        if not self.listings:
            return
        others = iter(disturbances)
        target = Target(self.world.deployed, DEPLOYMENTS[self.world.deployed])
        store = Mortal(Disturbed(self.world.vectors[target.index], lambda: self._disturb(others)), deaths)
        restorer = Restorer(
            Disturbed(self.world.records, lambda: self._disturb(others)),
            self.world.epochs,
            store,  # type: ignore[arg-type]
            Disturbed(self.world.backups, lambda: self._disturb(others)),
            target=target,
            source=target.index,
        )
        while True:
            try:
                treated = restorer.restore(_pick(self.listings, which))
            except Dead:
                continue  # the state machine repeats it
            break
        # Nothing is lost here: what is listed and served is there, and sound.
        assert not [one for one in treated.values() if one.fate in LOST]

    def _disturb(self, disturbances: Iterator[int]) -> None:
        which = next(disturbances, 0)
        if self.world.machines.running():
            process = _pick(self.world.machines.running(), which)
            for _ in range(which):
                if process.tasks:
                    self._step(process, _pick(process.tasks, which))


TestRebuilds = Rebuilds.TestCase
TestRebuilds.settings = settings(
    settings.get_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick")),
    max_examples=5000 if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else examples(50),
)
