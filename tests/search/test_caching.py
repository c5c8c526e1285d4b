"""What search keeps: what is found again, what is not, and that nothing of it is needed."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bloomweaver.errors import VectorIndexUnavailable
from bloomweaver.models.chunk import Candidate
from bloomweaver.models.index_card import IndexCard, IndexState
from bloomweaver.ports import CacheEntry, EncodedQuery
from bloomweaver.search import caching
from bloomweaver.search.answer import Part, Source
from bloomweaver.search.cached_lists import CachedLists, ListsKey
from bloomweaver.search.caching import PAUSE_SECONDS, LookedUp, SearchCache
from bloomweaver.search.fusion import scales
from bloomweaver.search.legs import Asked, Leg
from bloomweaver.search.ranking import RankedList
from bloomweaver.search.request import Mode
from tests.fakes import INDEX, MODEL, SETTINGS, MemoryEpochs, MemorySearchCacheTable

QUERY = "Where is the pump of unit E4711?"
KEY = ListsKey("where is the pump of unit e4711?", {"year": 2024}, None, Mode.HYBRID, None, 200, None, "viewer")
CARD = IndexCard(index_name=INDEX, settings=SETTINGS, state=IndexState.LIVE, created_at="2026-01-01")
VECTOR = EncodedQuery([0.25, -0.5], windows=2)
KEEP_SECONDS = 600.0
REST_SECONDS = 60.0


def lists(*ids: str, failed: Exception | None = None) -> CachedLists:
    """What two legs gave, the second of which may have failed."""
    found = [Candidate(id=id_, doc_hash="doc", version=1, score=0.5) for id_ in ids]
    legs = {Part.DENSE: Leg(found, exhausted=True), Part.KEYWORD: Leg(found, exhausted=False, failed=failed)}
    return CachedLists([Asked(CARD, legs)], 1)


class Surroundings:
    """The table, the clocks, and processes of the search function."""

    def __init__(self) -> None:
        self._now = datetime.fromisoformat("2026-01-01T12:00:00+00:00")
        self.monotonic = 0.0
        self.epochs = MemoryEpochs(self.clock)
        self.table = MemorySearchCacheTable(self.epochs)
        self.reported: list[str] = []

    def clock(self) -> str:
        return self._now.isoformat(timespec="microseconds")

    def pass_by(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self.monotonic += seconds

    def process(self, **changes: Any) -> SearchCache:
        """A process with nothing in its memory."""
        choices: dict[str, Any] = {
            "index": INDEX,
            "settings": SETTINGS,
            "keep_seconds": KEEP_SECONDS,
            "rest_seconds": REST_SECONDS,
            "in_memory": 10,
        }
        return SearchCache(
            self.table,
            self.epochs,
            self.clock,
            lambda error: self.reported.append(str(error)),
            monotonic=lambda: self.monotonic,
            **{**choices, **changes},
        )

    def rest(self) -> None:
        """Begin an epoch, and let it rest."""
        self.epochs.advance()
        self.pass_by(REST_SECONDS)


@pytest.fixture
def around() -> Surroundings:
    return Surroundings()


def look_up(cache: SearchCache, key: ListsKey = KEY, *models: str) -> LookedUp:
    return cache.look_up(key, QUERY, models)


def keep(cache: SearchCache, found: CachedLists, key: ListsKey = KEY) -> None:
    """Search for what is not kept, and keep it."""
    looked_up = look_up(cache, key)
    assert looked_up.lists is None
    cache.keep(looked_up, QUERY, found, {})


def keep_vector(cache: SearchCache, vector: EncodedQuery = VECTOR) -> None:
    """Keep what the model made of the query, and no lists."""
    cache.keep(LookedUp(), QUERY, CachedLists([], 1), {MODEL: vector})


# Lists ---------------------------------------------------------------------------------------------------------------


def test_lists_are_found_again_in_memory_and_by_another_process_in_the_table(around: Surroundings) -> None:
    around.rest()
    one, other = around.process(), around.process()
    keep(one, lists("a", "b"))
    looks = [look_up(one), look_up(other), look_up(other)]
    assert [look.source for look in looks] == [Source.MEMORY, Source.TABLE, Source.MEMORY]
    assert all(look.lists == lists("a", "b") for look in looks)


def test_what_is_in_memory_costs_a_look_at_the_epoch_alone(around: Surroundings) -> None:
    around.rest()
    cache = around.process()
    keep(cache, lists("a"))
    before = len(around.table.reads)
    assert look_up(cache, KEY, MODEL).lists
    assert len(around.table.reads) == before


def test_what_is_in_memory_is_given_with_its_epoch_and_nobody_is_asked(around: Surroundings) -> None:
    around.rest()
    cache = around.process()
    assert cache.remembered(KEY) is None
    keep(cache, lists("a"))
    before = len(around.table.reads)
    found = cache.remembered(KEY)
    assert found is not None
    assert (found.lists, found.epoch) == (lists("a"), around.epochs.epoch)
    assert cache.remembered(replace(KEY, filter=None)) is None
    around.epochs.failing = True
    assert cache.remembered(KEY)
    around.pass_by(KEEP_SECONDS)
    assert cache.remembered(KEY) is None
    assert len(around.table.reads) == before


def test_all_that_is_in_the_table_is_asked_for_in_one_request(around: Surroundings) -> None:
    around.rest()
    cache = around.process()
    look_up(cache, KEY, MODEL, "bge-small")
    assert [len(keys) for keys in around.table.reads] == [3]


@pytest.mark.parametrize("changes", [{"filter": None}, {"filter": {"year": 2023}}, {"role": "editor"}, {"depth": 800}])
def test_another_search_does_not_find_them(around: Surroundings, changes: dict[str, Any]) -> None:
    around.rest()
    cache = around.process()
    keep(cache, lists("a"))
    assert look_up(cache, replace(KEY, **changes)).lists is None


def test_a_deployment_with_another_index_does_not_find_them(around: Surroundings) -> None:
    around.rest()
    keep(around.process(), lists("a"))
    assert look_up(around.process(index="other")).lists is None


def test_they_are_good_for_as_long_as_the_epoch_stands(around: Surroundings) -> None:
    around.rest()
    one, other = around.process(), around.process()
    keep(one, lists("a"))
    assert look_up(other).lists
    around.rest()
    for cache in (one, other, around.process()):
        assert look_up(cache).lists is None


def test_lists_that_were_asked_for_before_the_epoch_moved_are_good_no_more_however_late_they_are_kept(
    around: Surroundings,
) -> None:
    around.rest()
    cache = around.process()
    looked_up = look_up(cache)
    around.rest()
    cache.keep(looked_up, QUERY, lists("a"), {})
    assert look_up(cache).lists is None
    assert look_up(around.process()).lists is None


def test_newer_lists_of_another_process_go_before_older_ones_in_memory(around: Surroundings) -> None:
    around.rest()
    one, other = around.process(), around.process()
    keep(one, lists("old"))
    around.rest()
    keep(other, lists("new"))
    assert look_up(one).lists == lists("new")


def test_an_epoch_with_the_same_number_of_another_table_is_another_epoch(around: Surroundings) -> None:
    around.rest()
    cache = around.process()
    keep(cache, lists("a"))
    around.epochs.epoch = None  # the table is lost
    around.pass_by(1)
    around.epochs.advance()
    assert around.epochs.number == 1
    assert look_up(cache).lists is None


def test_nothing_is_kept_before_the_epoch_has_rested(around: Surroundings) -> None:
    around.epochs.advance()
    around.pass_by(REST_SECONDS - 0.001)
    cache = around.process()
    keep(cache, lists("early"))
    assert look_up(cache).lists is None
    around.pass_by(0.001)
    keep(cache, lists("rested"))
    assert look_up(cache).lists == lists("rested")


def test_it_has_to_have_rested_before_the_indexes_are_asked(around: Surroundings) -> None:
    around.epochs.advance()
    cache = around.process()
    looked_up = look_up(cache)
    around.pass_by(REST_SECONDS)
    cache.keep(looked_up, QUERY, lists("early"), {})
    assert look_up(cache).lists is None


def test_where_no_epoch_was_ever_begun_nothing_is_kept(around: Surroundings) -> None:
    cache = around.process(rest_seconds=0)
    keep(cache, lists("a"))
    assert look_up(cache).lists is None
    assert around.table.entries == {}


def test_what_has_expired_is_not_good_though_the_table_still_has_it(around: Surroundings) -> None:
    around.rest()
    cache = around.process()
    keep(cache, lists("a"))
    around.pass_by(KEEP_SECONDS - 1)
    assert look_up(cache).lists
    around.pass_by(1)
    assert around.table.entries
    assert look_up(cache).lists is None
    assert look_up(around.process()).lists is None


def test_lists_of_which_a_leg_failed_are_not_kept(around: Surroundings) -> None:
    around.rest()
    cache = around.process()
    keep(cache, lists("a", failed=VectorIndexUnavailable("down")))
    assert look_up(cache).lists is None


def test_lists_that_are_too_large_are_not_kept(around: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    around.rest()
    cache = around.process()
    monkeypatch.setattr(caching, "ENTRY_MAX_BYTES", 100)
    keep(cache, lists(*map(str, range(100))))
    assert look_up(cache).lists is None
    assert around.table.entries == {}


def test_memory_is_bounded_and_the_table_has_the_rest(around: Surroundings) -> None:
    around.rest()
    cache = around.process(in_memory=2)
    keys = [replace(KEY, folded=query) for query in ("one", "two", "three")]
    for key in keys:
        keep(cache, lists("a"), key)
    assert [look_up(cache, key).source for key in keys[::-1]] == [Source.MEMORY, Source.MEMORY, Source.TABLE]


def test_what_was_made_of_lists_is_in_memory_for_as_long_as_they_are(around: Surroundings) -> None:
    around.rest()
    keep(around.process(), lists("a"))
    cache = around.process()
    found = look_up(cache)
    assert found.lists is not None
    assert found.lists.ranked is None
    ranked = [RankedList(CARD, [], scales([], []), exhausted=True)]
    cache.remember(found, replace(found.lists, ranked=ranked))
    again = look_up(cache)
    assert again.lists is not None
    assert (again.source, again.lists.ranked) == (Source.MEMORY, ranked)
    around.rest()
    cache.remember(found, replace(found.lists, ranked=ranked))
    assert look_up(cache).lists is None


def test_the_table_has_no_query_and_no_filter(around: Surroundings) -> None:
    around.rest()
    cache = around.process()
    keep(cache, lists("a"))
    keep_vector(cache)
    assert len(around.table.entries) == 2
    for key, entry in around.table.entries.items():
        for word in ("pump", "E4711", "e4711", "2024", "year"):
            assert word not in key
            assert word.encode() not in entry.value


# Vectors -------------------------------------------------------------------------------------------------------------


def test_a_vector_is_found_again_whatever_the_epoch(around: Surroundings) -> None:
    one, other = around.process(), around.process()
    keep_vector(one)
    assert look_up(one, KEY, MODEL).vectors == {MODEL: VECTOR}
    around.rest()
    assert look_up(other, KEY, MODEL).vectors == {MODEL: VECTOR}
    around.rest()
    assert look_up(one, KEY, MODEL).vectors == {MODEL: VECTOR}


def test_a_vector_is_that_of_its_model_and_of_the_very_query(around: Surroundings) -> None:
    cache = around.process()
    keep_vector(cache)
    assert look_up(cache, KEY, "bge-small").vectors == {}
    assert cache.look_up(KEY, QUERY.lower(), [MODEL]).vectors == {}


def test_a_vector_expires(around: Surroundings) -> None:
    cache = around.process()
    keep_vector(cache)
    around.pass_by(KEEP_SECONDS)
    assert look_up(cache, KEY, MODEL).vectors == {}
    assert look_up(around.process(), KEY, MODEL).vectors == {}


def test_a_vector_keeps_all_that_32_bits_hold(around: Surroundings) -> None:
    vector = EncodedQuery([0.1, 1 / 3, -0.0, 1e-20], 1)
    keep_vector(around.process(), vector)
    found = look_up(around.process(), KEY, MODEL).vectors[MODEL]
    assert found.vector == pytest.approx(vector.vector, rel=1e-7)


# Without it ----------------------------------------------------------------------------------------------------------


def test_a_table_that_fails_is_told_of_and_search_finds_nothing_there(around: Surroundings) -> None:
    around.rest()
    cache = around.process()
    around.table.failing = True
    looked_up = look_up(cache, KEY, MODEL)
    assert looked_up == LookedUp()
    assert around.reported == ["the table of the cache cannot be reached"]


def test_a_table_that_failed_is_left_alone_for_a_while(around: Surroundings) -> None:
    around.rest()
    cache = around.process()
    around.table.failing = True
    looked_up = look_up(cache)
    cache.keep(looked_up, QUERY, lists("a"), {})
    keep_vector(cache)
    assert look_up(cache, KEY, MODEL).vectors == {MODEL: VECTOR}, "what is in memory needs no table"
    assert (len(around.table.reads), len(around.reported)) == (1, 1)
    around.pass_by(PAUSE_SECONDS)
    around.table.failing = False
    keep(cache, lists("a"))
    assert look_up(cache).lists == lists("a")


def test_lists_in_memory_are_of_no_use_where_the_epoch_cannot_be_read(around: Surroundings) -> None:
    around.rest()
    cache = around.process()
    keep(cache, lists("a"))
    around.epochs.failing = True
    assert look_up(cache).lists is None
    assert around.reported


def test_a_write_that_fails_is_told_of_and_the_lists_are_in_memory(around: Surroundings) -> None:
    around.rest()
    cache = around.process()
    looked_up = look_up(cache)
    around.table.failing = True
    cache.keep(looked_up, QUERY, lists("a"), {})
    assert len(around.reported) == 1
    around.pass_by(PAUSE_SECONDS)
    assert look_up(cache).lists == lists("a")


def test_an_entry_of_another_form_is_told_of_and_not_found(around: Surroundings) -> None:
    around.rest()
    keep(around.process(), lists("a"))
    [(key, entry)] = around.table.entries.items()
    around.table.entries[key] = CacheEntry(b"nonsense", entry.expires_at, entry.epoch)
    assert look_up(around.process()).lists is None
    assert "no lists" in around.reported[0]


def test_with_no_time_to_keep_anything_the_table_is_not_asked(around: Surroundings) -> None:
    around.rest()
    cache = around.process(keep_seconds=0)
    keep(cache, lists("a"))
    keep_vector(cache)
    assert look_up(cache, KEY, MODEL) == LookedUp()
    assert (around.table.reads, around.table.entries) == ([], {})
