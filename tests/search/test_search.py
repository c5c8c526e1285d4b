"""Both legs, fused and paged: what is found, in which order, and what is said of it."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bloomweaver.errors import InvalidCursor, RerankerUnavailable, VectorIndexUnavailable
from bloomweaver.search.answer import Part
from bloomweaver.search.search import NO_RERANKER
from bloomweaver.vector_stores import InvalidFilter
from tests.search.shelf import DEPTH, Shelf


@pytest.fixture
def shelf() -> Shelf:
    shelf = Shelf()
    shelf.put("pump", "The pump of unit E4711 leaks.", 0.2)
    shelf.put("valve", "A valve that drips.", 0.9)
    shelf.put("door", "The door is painted blue.", 0.1)
    return shelf


# Legs ----------------------------------------------------------------------------------------------------------------


def test_each_mode_has_its_own_best_hit(shelf: Shelf) -> None:
    assert shelf.found("E4711", mode="dense")[0] == "valve"
    assert shelf.found("E4711", mode="keyword") == ["pump"]
    assert set(shelf.found("E4711")) == {"pump", "valve", "door"}


def test_what_both_legs_have_goes_before_what_one_of_them_has(shelf: Shelf) -> None:
    shelf.put("both", "E4711 drips.", 0.8)
    assert shelf.found("E4711")[0] == "both"


def test_the_filter_is_a_matter_of_the_store_in_each_leg(shelf: Shelf) -> None:
    condition = {"year": {"$gte": 2020}}
    shelf.ask("pump", filter=condition)
    assert shelf.vectors.filters == [condition, condition]


@pytest.mark.parametrize(("broken", "found"), [("dense", ["pump"]), ("keyword", ["valve", "pump", "door"])])
def test_a_leg_that_fails_is_named_and_the_other_answers_alone(shelf: Shelf, broken: str, found: list[str]) -> None:
    shelf.vectors.broken = {broken}
    answer = shelf.ask("E4711")
    assert [hit.doc_hash for hit in answer.results] == found
    assert answer.legs[Part(broken)].missing == f"VectorIndexUnavailable: no {broken} today"
    [other] = answer.legs.keys() - {Part(broken)}
    assert answer.legs[other].missing is None


@pytest.mark.parametrize(("mode", "broken"), [("hybrid", "dense keyword"), ("dense", "dense"), ("keyword", "keyword")])
def test_a_search_fails_if_none_of_its_legs_answers(shelf: Shelf, mode: str, broken: str) -> None:
    shelf.vectors.broken = set(broken.split())
    with pytest.raises(VectorIndexUnavailable):
        shelf.ask("E4711", mode=mode)


def test_legs_say_how_many_hits_they_had(shelf: Shelf) -> None:
    legs = shelf.ask("E4711").legs
    assert {part: report.hits for part, report in legs.items()} == {Part.DENSE: 3, Part.KEYWORD: 1}
    assert {*shelf.ask("E4711", mode="keyword").legs} == {Part.KEYWORD}


def test_a_filter_that_is_none_is_refused_before_anything_is_asked(shelf: Shelf) -> None:
    with pytest.raises(InvalidFilter):
        shelf.ask("pump", filter={"year": {"$almost": 2020}})
    assert shelf.vectors.filters == []


# Scores --------------------------------------------------------------------------------------------------------------


def test_the_lowest_score_is_a_similarity_in_every_mode(shelf: Shelf) -> None:
    assert shelf.found("E4711", mode="dense", min_score=0.15) == ["valve", "pump"]
    assert shelf.found("E4711", mode="keyword", min_score=0.15) == ["pump"]
    assert shelf.found("E4711", mode="keyword", min_score=0.25) == []
    assert shelf.found("E4711", min_score=0.25) == ["valve"]


def test_the_similarity_of_a_keyword_hit_is_looked_up_where_the_dense_leg_did_not_have_it() -> None:
    shelf = Shelf()
    for number in range(DEPTH):
        shelf.put(f"near{number}", "Something else.", 0.9 - number / 100)
    shelf.put("named", "Unit E4711.", 0.3)
    assert "named" in shelf.found("E4711", min_score=0.2, top_k=50)
    assert "named" not in shelf.found("E4711", min_score=0.4, top_k=50)


def test_an_explained_hit_says_what_its_score_is_made_of(shelf: Shelf) -> None:
    by_name = {hit.doc_hash: hit for hit in shelf.ask("E4711", explain=True).results}
    pump, door = by_name["pump"].explain, by_name["door"].explain
    assert pump is not None
    assert door is not None
    assert pump.dense is not None
    assert (pump.dense.rank, pump.dense.score) == (2, 0.2)
    assert pump.keyword is not None
    assert pump.keyword.rank == 1
    assert door.keyword is None
    assert pump.fused == by_name["pump"].score
    assert all(hit.explain is None for hit in shelf.ask("E4711").results)


def test_a_hit_shows_where_its_text_has_the_words_of_the_query(shelf: Shelf) -> None:
    [hit] = shelf.ask("E4711 leaks", mode="keyword").results
    assert [hit.text[span.start : span.end] for span in hit.highlights] == ["E4711", "leaks"]


def test_a_text_with_the_phrase_goes_before_one_with_its_words_apart(shelf: Shelf) -> None:
    shelf.put("apart", "blue paint, a door and painted steel, painted blue door, is it", 0.95)
    assert shelf.found('door "painted blue."', mode="dense")[0] == "apart"
    assert shelf.found('"door is painted"')[0] == "door"
    assert shelf.found('"door is painted"', mode="keyword")[0] == "door"


# What is served ------------------------------------------------------------------------------------------------------


def test_what_is_deleted_or_replaced_is_found_by_no_leg(shelf: Shelf) -> None:
    shelf.forget("pump")
    shelf.put("valve", "A valve that is new.", 0.8, version=2)
    for mode in ("hybrid", "dense", "keyword"):
        assert "pump" not in shelf.found("E4711 drips", mode=mode)
    assert [hit.text for hit in shelf.ask("drips valve", mode="keyword").results] == ["A valve that is new."]


def test_what_is_replaced_between_the_legs_is_not_shown_by_one_of_them_alone(shelf: Shelf) -> None:
    def replaced() -> None:
        shelf.put("pump", "Unit E4711 is mended.", 0.95, version=2)

    shelf.vectors.meanwhile = replaced
    [hit] = [hit for hit in shelf.ask("E4711", explain=True).results if hit.doc_hash == "pump"]
    assert hit.version == 2
    assert hit.explain is not None
    assert hit.explain.dense is not None


def test_legs_are_asked_deeper_where_too_little_of_what_they_gave_is_served() -> None:
    shelf = Shelf()
    for number in range(3 * DEPTH):
        shelf.put(f"gone{number:02}", "Unit E4711.", 0.9)
        shelf.forget(f"gone{number:02}")
    shelf.put("there", "Unit E4711.", 0.1)
    for mode in ("hybrid", "dense", "keyword"):
        assert shelf.found("E4711", mode=mode, top_k=1) == ["there"]


# Pages ---------------------------------------------------------------------------------------------------------------


@given(
    similarities=st.lists(st.integers(-5, 5), min_size=1, max_size=2 * DEPTH),
    words=st.lists(st.sampled_from(["E4711", "other"]), min_size=2 * DEPTH, max_size=2 * DEPTH),
    mode=st.sampled_from(["hybrid", "dense", "keyword"]),
    top_k=st.integers(1, DEPTH),
)
def test_pages_never_repeat_and_together_are_the_whole(
    similarities: list[int], words: list[str], mode: str, top_k: int
) -> None:
    shelf = Shelf()
    for number, similarity in enumerate(similarities):
        shelf.put(f"doc{number}", words[number], similarity / 10)
    whole = shelf.found("E4711", mode=mode, top_k=DEPTH)
    pages = [name for page in shelf.pages("E4711", mode=mode, top_k=top_k) for name in page]
    assert len(pages) == len(set(pages))
    assert pages[: len(whole)] == whole


def test_pages_end_at_the_bound_of_candidates_and_say_so() -> None:
    shelf = Shelf()
    for number in range(2 * DEPTH):
        shelf.put(f"doc{number:02}", "Unit E4711.", number / 100)
    first = shelf.ask("E4711", mode="dense", top_k=DEPTH - 1)
    last = shelf.ask("E4711", mode="dense", top_k=DEPTH - 1, cursor=first.cursor)
    assert (first.bounded, len(last.results), last.cursor, last.bounded) == (False, 1, None, True)


def test_pages_that_have_shown_everything_are_not_said_to_be_bounded(shelf: Shelf) -> None:
    answer = shelf.ask("E4711")
    assert (answer.cursor, answer.bounded, answer.moved) == (None, False, False)


def test_a_cursor_that_the_index_has_moved_under_says_so(shelf: Shelf) -> None:
    first = shelf.ask("E4711", mode="dense", top_k=1)
    assert shelf.ask("E4711", mode="dense", top_k=1, cursor=first.cursor).moved is False
    shelf.put("new", "Something new.", 0.95)
    moved = shelf.ask("E4711", mode="dense", top_k=1, cursor=first.cursor)
    assert ([hit.doc_hash for hit in moved.results], moved.moved) == (["pump"], True)


@pytest.mark.parametrize("change", [{"mode": "keyword"}, {"filter": {"a": 1}}, {"min_score": 0.0}, {"rerank": False}])
def test_a_cursor_of_another_request_is_refused(shelf: Shelf, change: dict[str, object]) -> None:
    cursor = shelf.ask("E4711", top_k=1).cursor
    with pytest.raises(InvalidCursor, match="another query"):
        shelf.ask("E4711", top_k=1, cursor=cursor, **change)
    with pytest.raises(InvalidCursor, match="another query"):
        shelf.ask("E4712", top_k=1, cursor=cursor)


@pytest.mark.parametrize("cursor", ["x", "e30", "eyJmb3JtYXQiOjF9", "\u00e9", "AAAA", "=" * 8])
def test_a_cursor_that_is_none_is_refused(shelf: Shelf, cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        shelf.ask("E4711", cursor=cursor)


# Reranking -----------------------------------------------------------------------------------------------------------


class Shortest:
    """Implements `Reranker`: the shorter a text, the better. Fails when it is told to."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.broken = False

    def rerank(self, query: str, texts: Sequence[str]) -> Sequence[float]:
        if self.broken:
            raise RerankerUnavailable("no reranker today")
        self.read += texts
        return [1.0 / len(text) for text in texts]


@pytest.fixture
def reranker() -> Shortest:
    return Shortest()


@pytest.fixture
def reranked(reranker: Shortest) -> Shelf:
    shelf = Shelf(reranker, rerank_candidates=3)
    for number, text in enumerate(["E4711 and more of it", "E4711", "E4711 and more", "E"]):
        shelf.put(f"doc{number}", text, 0.9 - number / 10)
    return shelf


def test_the_best_are_put_in_the_order_of_the_reranker_and_the_others_come_after_them(reranked: Shelf) -> None:
    answer = reranked.ask("E4711", mode="dense")
    assert [hit.doc_hash for hit in answer.results] == ["doc1", "doc2", "doc0", "doc3"]
    assert answer.results[0].score == 1 / 5
    assert answer.legs[Part.RERANK].hits == 3


def test_pages_of_what_was_reranked_go_on_in_its_order(reranked: Shelf) -> None:
    assert reranked.pages("E4711", mode="dense", top_k=1) == [["doc1"], ["doc2"], ["doc0"], ["doc3"]]


def test_the_reranker_reads_nothing_that_is_not_served(reranked: Shelf, reranker: Shortest) -> None:
    reranked.forget("doc1")
    assert reranked.found("E4711", mode="dense") == ["doc2", "doc0", "doc3"]
    assert "E4711" not in reranker.read


def test_a_reranker_that_is_down_is_left_out_and_said_and_pages_go_on_without_it(
    reranked: Shelf, reranker: Shortest
) -> None:
    reranker.broken = True
    first = reranked.ask("E4711", mode="dense", top_k=1)
    assert [hit.doc_hash for hit in first.results] == ["doc0"]
    assert first.legs[Part.RERANK].missing == "RerankerUnavailable: no reranker today"
    reranker.broken = False
    second = reranked.ask("E4711", mode="dense", top_k=1, cursor=first.cursor)
    assert [hit.doc_hash for hit in second.results] == ["doc1"]


def test_a_page_after_one_that_was_reranked_is_not_made_without_the_reranker(
    reranked: Shelf, reranker: Shortest
) -> None:
    first = reranked.ask("E4711", mode="dense", top_k=1)
    reranker.broken = True
    with pytest.raises(RerankerUnavailable):
        reranked.ask("E4711", mode="dense", top_k=1, cursor=first.cursor)


def test_a_request_says_whether_to_rerank(reranked: Shelf, reranker: Shortest, shelf: Shelf) -> None:
    answer = reranked.ask("E4711", mode="dense", rerank=False)
    assert (next(hit.doc_hash for hit in answer.results), reranker.read) == ("doc0", [])
    assert shelf.ask("E4711", rerank=True).legs[Part.RERANK].missing == NO_RERANKER


# Texts ---------------------------------------------------------------------------------------------------------------


def test_texts_are_fetched_for_the_page_alone(shelf: Shelf) -> None:
    shelf.ask("E4711", top_k=1)
    assert len(shelf.vectors.completed) == 1
