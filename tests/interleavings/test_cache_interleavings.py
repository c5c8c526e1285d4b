"""What search keeps, among executions in any order that die anywhere: a list that stands has all that is served.

A search looks into the cache, and asks the indexes at some later time. Functions that publish die between the epoch and
the record, and go on late. `HYPOTHESIS_PROFILE=thorough` (`make interleavings`) looks for longer.
"""

import os

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from bloomweaver import keys
from bloomweaver.search.answer import Part
from bloomweaver.search.cached_lists import CachedLists, ListsKey
from bloomweaver.search.caching import LookedUp, SearchCache
from bloomweaver.search.legs import Asked, Leg
from bloomweaver.search.request import Mode
from tests.fakes import INDEX, SETTINGS, MemorySearchCacheTable
from tests.interleavings.test_interleavings import NUMBERS, TEXTS, Interleavings

QUERIES = ("one", "two", "three")
SEARCHES = 3
"""That have looked into the cache and not asked the indexes yet."""
LONG_SECONDS = 1e9


class Caches(Interleavings):
    """The pipeline, its clients and its faults, and searches that keep what they find."""

    @initialize(attempts_max=st.sampled_from([1, 30]))
    def begin(self, attempts_max: int) -> None:
        super().begin(attempts_max)
        self.world.epochs.advance()  # there were documents before
        self.kept = MemorySearchCacheTable(self.world.epochs)
        self.cache = self._process()
        self.searches: list[LookedUp] = []

    def _process(self) -> SearchCache:
        """A process of the search function, with nothing in its memory."""
        return SearchCache(
            self.kept,
            self.world.epochs,
            self.world.clock,
            lambda _: None,
            index=INDEX,
            settings=SETTINGS,
            keep_seconds=LONG_SECONDS,
            rest_seconds=0,
            in_memory=10,
        )

    @rule(query=st.sampled_from(QUERIES), goes_on=st.sampled_from([True, True, False]))
    def look_into_the_cache(self, query: str, goes_on: bool) -> None:
        """A search begins, and goes on at once or later."""
        self.searches = [*self.searches[1 - SEARCHES :], self.cache.look_up(_key(query), query, [])]
        if goes_on:
            self.ask_the_indexes(which=-1)

    @precondition(lambda self: self.searches)
    @rule(which=NUMBERS)
    def ask_the_indexes(self, which: int) -> None:
        """A search goes on that found nothing kept, and keeps what it is answered."""
        looked_up = self.searches.pop(which % len(self.searches))
        self.cache.keep(looked_up, "one", self._answer(), {})

    def _answer(self) -> CachedLists:
        """What the indexes have now."""
        stores = self.world.stores()
        found = {card.index_name: stores.of(card.index_name, card.settings.dimension) for card in stores.searched()}
        legs = {index: Leg(store.query([1.0, 1.0], 1000), exhausted=True) for index, store in found.items()}
        return CachedLists([Asked(card, {Part.DENSE: legs[card.index_name]}) for card in stores.searched()], 1)

    @invariant()
    def a_list_that_stands_has_all_that_is_served(self) -> None:
        for cache in (self.cache, self._process()):
            for query in QUERIES:
                lists = cache.look_up(_key(query), query, []).lists
                if lists is not None:
                    self._assert_has_all_that_is_served(lists)

    def _assert_has_all_that_is_served(self, lists: CachedLists) -> None:
        listed = {
            (each.card.index_name, candidate.id) for each in lists.asked for candidate in each.candidates(Part.DENSE)
        }
        for doc_hash, record in self.world.records.records.items():
            if record.served_version:
                ids = keys.vector_ids(doc_hash, record.served_version, record.chunk_count)
                missing = {(record.index, id_) for id_ in ids} - listed
                assert not missing, f"served, and not in a list that stands: {missing}"


def _key(query: str) -> ListsKey:
    return ListsKey(query, None, None, Mode.DENSE, None, 1000, None, "viewer")


TestCaches = Caches.TestCase
_PROFILE = settings.get_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
TestCaches.settings = settings(_PROFILE, max_examples=_PROFILE.max_examples // 2)


def _begun() -> Caches:
    state = Caches()
    state.begin(attempts_max=3)
    return state


def test_a_publish_that_dies_half_way_leaves_no_list_without_what_it_published() -> None:
    state = _begun()
    state.post("a", TEXTS[0], "at once")
    state.run_to_the_end(which=0)
    state.post("a", TEXTS[1], "at once")
    state.look_into_the_cache("one", goes_on=True)
    process = state.world.machines.running()[0]
    while process.tasks[0].function != "Publish":
        state._step(process, process.tasks[0])
    state._step(process, process.tasks[0])  # the epoch has moved
    state.mishap(which=0, task=0, how="abort")
    state.land_late(which=0)  # and the record is written
    assert state.world.record("a").served_version == 2
    state.a_list_that_stands_has_all_that_is_served()


def test_a_search_that_is_slower_than_a_publish_keeps_nothing_that_stands() -> None:
    state = _begun()
    state.look_into_the_cache("one", goes_on=False)
    answer = state._answer()
    state.post("a", TEXTS[0], "at once")
    state.run_to_the_end(which=0)
    state.cache.keep(state.searches[0], "one", answer, {})
    assert state.kept.entries
    state.a_list_that_stands_has_all_that_is_served()
    assert state.cache.look_up(_key("one"), "one", []).lists is None
