"""Searches that keep what they find: the same answers, fewer questions, and nothing that is not served."""

from typing import Any

import pytest

from bloomweaver.search.answer import Part, SearchAnswer, Source
from bloomweaver.search.caching import SearchCache
from bloomweaver.search.request import SearchRequest
from bloomweaver.search.search import Search
from tests.fakes import (
    INDEX,
    SETTINGS,
    MemoryEpochs,
    MemoryIndexes,
    MemorySearchCacheTable,
    MemoryStandings,
    Ticks,
    memory_stores,
)
from tests.search.shelf import DEPTH, Encoder, Shelf


class CachedShelf(Shelf):
    """Documents, and processes that search in them."""

    def __init__(self) -> None:
        super().__init__()
        self.epochs = MemoryEpochs(Ticks())
        self.table = MemorySearchCacheTable(self.epochs)
        self.standings = MemoryStandings(self.records, self.epochs)
        self.reported: list[Exception] = []
        self.search = self.process()

    def process(self) -> Search:
        cache = SearchCache(
            self.table,
            self.epochs,
            self.epochs.clock,
            self.reported.append,
            index=INDEX,
            settings=SETTINGS,
            keep_seconds=3600,
            rest_seconds=0,
            in_memory=10,
        )
        return Search(
            self.standings,
            memory_stores({INDEX: self.vectors}, MemoryIndexes()),
            lambda _: Encoder(),
            depth=DEPTH,
            candidates_max=50,
            cache=cache,
        )

    def put(self, doc_hash: str, text: str, similarity: float, version: int = 1) -> None:
        # As `RecordsWithEpoch` does; no search comes in between here.
        self.epochs.advance()
        super().put(doc_hash, text, similarity, version)

    def put_before_the_epoch_moves(self, doc_hash: str, text: str, similarity: float, version: int = 1) -> None:
        super().put(doc_hash, text, similarity, version)

    def ask_as(self, role: str, query: str, **request: object) -> SearchAnswer:
        return self.search.run(SearchRequest.model_validate({"query": query, **request}), role).answer

    @property
    def asked(self) -> int:
        """How often a leg was asked."""
        return len(self.vectors.filters)


@pytest.fixture
def shelf() -> CachedShelf:
    shelf = CachedShelf()
    shelf.put("pump", "The pump of unit E4711 leaks.", 0.2)
    shelf.put("valve", "A valve of the pump that drips.", 0.9)
    shelf.put("door", "The door is painted blue.", 0.1)
    return shelf


def without_times(answer: SearchAnswer) -> dict[str, Any]:
    return answer.model_dump(exclude={"took_ms", "cached"})


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"mode": "dense"},
        {"mode": "keyword"},
        {"min_score": 0.15},
        {"top_k": 1},
        {"explain": True},
        {"filter": {"year": 2024}},
    ],
)
@pytest.mark.parametrize("query", ["pump", '"the pump" leaks'])
def test_the_same_search_is_answered_the_same_and_asks_no_index(
    shelf: CachedShelf, query: str, request_: dict[str, Any]
) -> None:
    first = shelf.ask(query, **request_)
    asked = shelf.asked
    again = shelf.ask(query, **request_)
    shelf.search = shelf.process()
    elsewhere = shelf.ask(query, **request_)
    assert [first.cached, again.cached, elsewhere.cached] == [None, Source.MEMORY, Source.TABLE]
    assert without_times(first) == without_times(again) == without_times(elsewhere)
    assert shelf.asked == asked


def test_from_memory_one_request_tells_what_is_served_and_that_the_epoch_stands(shelf: CachedShelf) -> None:
    shelf.ask("pump")
    shelf.standings.reads.clear()
    shelf.table.reads.clear()
    assert shelf.ask("pump").cached is Source.MEMORY
    assert [epoch for _, epoch in shelf.standings.reads] == [True]
    assert shelf.table.reads == []


def test_what_folds_to_the_same_query_is_the_same_search(shelf: CachedShelf) -> None:
    shelf.ask("Pump")
    assert shelf.ask("pump").cached is Source.MEMORY


@pytest.mark.parametrize(
    "changes", [{"filter": {"year": 2024}}, {"mode": "dense"}, {"min_score": 0.0}, {"top_k": DEPTH + 1}]
)
def test_another_search_is_not_answered_with_it(shelf: CachedShelf, changes: dict[str, Any]) -> None:
    shelf.ask("pump")
    assert shelf.ask("pump", **changes).cached is None


def test_another_role_is_not_answered_with_it(shelf: CachedShelf) -> None:
    assert shelf.ask_as("viewer", "pump").cached is None
    assert shelf.ask_as("editor", "pump").cached is None
    assert shelf.ask_as("viewer", "pump").cached is Source.MEMORY


def test_what_is_deleted_is_shown_from_no_cache(shelf: CachedShelf) -> None:
    shelf.ask("pump")
    shelf.forget("valve")
    again = shelf.ask("pump")
    assert again.cached is Source.MEMORY
    assert "valve" not in [hit.doc_hash for hit in again.results]


def test_what_is_published_is_found_at_once(shelf: CachedShelf) -> None:
    shelf.ask("pump")
    other = shelf.process()
    other.run(SearchRequest(query="pump"))
    shelf.put("new", "A new pump.", 0.95)
    for search in (shelf.search, other, shelf.process()):
        found = search.run(SearchRequest(query="pump")).answer
        assert found.results[0].doc_hash == "new"


def test_what_replaces_something_is_found_although_the_list_has_only_what_it_replaced(shelf: CachedShelf) -> None:
    shelf.ask("pump")
    shelf.put_before_the_epoch_moves("valve", "Another valve of the pump.", 0.8, version=2)
    found = shelf.ask("pump")
    assert found.cached is None
    assert ("valve", 2) in [(hit.doc_hash, hit.version) for hit in found.results]


def test_a_document_whose_new_version_is_not_near_is_asked_for_again_once_and_not_each_time(
    shelf: CachedShelf,
) -> None:
    shelf.put("valve", "Nothing of the kind.", -0.9, version=2)
    first = shelf.ask("pump", mode="keyword")
    asked = shelf.asked
    assert [hit.doc_hash for hit in first.results] == ["pump"]
    again = shelf.ask("pump", mode="keyword")
    assert (again.cached, shelf.asked) == (Source.MEMORY, asked)
    assert [hit.doc_hash for hit in again.results] == ["pump"]


def test_pages_from_the_cache_are_those_of_the_indexes(shelf: CachedShelf) -> None:
    for number in range(DEPTH + 3):
        shelf.put(f"more-{number}", "A pump like others.", number / 100)
    fresh = CachedShelf.pages(shelf, "pump", top_k=3)
    asked = shelf.asked
    kept = shelf.pages("pump", top_k=3)
    assert kept == fresh
    assert shelf.asked == asked
    assert len({doc_hash for page in kept for doc_hash in page}) == sum(map(len, kept))


def test_a_leg_that_failed_is_asked_again(shelf: CachedShelf) -> None:
    shelf.vectors.broken = {"keyword"}
    assert shelf.ask("pump").legs[Part.KEYWORD].missing
    shelf.vectors.broken = set()
    again = shelf.ask("pump")
    assert (again.cached, again.legs[Part.KEYWORD].missing) == (None, None)
    assert shelf.ask("pump").cached is Source.MEMORY


def test_texts_that_were_shown_are_not_fetched_again(shelf: CachedShelf) -> None:
    first = shelf.ask("pump")
    shelf.vectors.completed.clear()
    again = shelf.ask("pump")
    assert [hit.text for hit in again.results] == [hit.text for hit in first.results]
    assert shelf.vectors.completed == []


@pytest.mark.parametrize("failing", ["table", "epochs"])
def test_without_the_table_search_answers_as_ever_and_says_that_nothing_was_kept(
    shelf: CachedShelf, failing: str
) -> None:
    first = shelf.ask("pump")
    getattr(shelf, failing).failing = True
    again = shelf.process().run(SearchRequest(query="pump")).answer
    assert without_times(again) == without_times(first)
    assert again.cached is None
    assert shelf.reported


def test_lists_in_memory_are_not_used_where_nobody_knows_the_epoch(shelf: CachedShelf) -> None:
    shelf.ask("pump")
    shelf.epochs.failing = True
    assert shelf.ask("pump").cached is None
