"""The metrics of a ranking, against cases that were computed by hand."""

from math import log2

import pytest

from benchmarks.errors import RunError
from benchmarks.retrieval.metrics import by_document, ndcg, recall, reciprocal_rank
from benchmarks.retrieval.results import Quality, of_mode, quality
from benchmarks.retrieval.sets import Item, RetrievalSet

GRADED = {"a": 3, "b": 2, "c": 1}


def test_ndcg_of_the_best_order_is_1() -> None:
    assert ndcg(["a", "b", "c", "x"], GRADED, 10) == pytest.approx(1)


def test_ndcg_discounts_by_rank_and_counts_grades() -> None:
    # Gains 0, 1, 3 at ranks 1 to 3, divided by log2 of 2, 3 and 4; at best 3, 2, 1.
    assert ndcg(["x", "c", "a"], GRADED, 10) == pytest.approx(
        (1 / log2(3) + 3 / 2) / (3 + 2 / log2(3) + 1 / 2), abs=1e-12
    )
    assert ndcg(["x", "c", "a"], GRADED, 10) == pytest.approx(0.4475, abs=1e-5)


def test_ndcg_looks_at_the_first_ones_alone_in_the_best_order_too() -> None:
    # Of four that are equally relevant the best that two places can have is both of them.
    relevant = dict.fromkeys("abcd", 1)
    assert ndcg(["a", "x", "b", "c"], relevant, 2) == pytest.approx(1 / (1 + 1 / log2(3)))


def test_reciprocal_rank_is_that_of_the_first_relevant_document() -> None:
    assert reciprocal_rank(["x", "y", "b", "a"], GRADED, 10) == pytest.approx(1 / 3)
    assert reciprocal_rank(["x", "y", "b"], GRADED, 2) == 0
    assert reciprocal_rank([], GRADED, 10) == 0


def test_recall_is_the_part_that_was_found() -> None:
    assert recall(["x", "c", "a"], GRADED, 100) == pytest.approx(2 / 3)
    assert recall(["x", "c", "a"], GRADED, 2) == pytest.approx(1 / 3)


def test_a_document_stands_where_its_best_passage_is() -> None:
    assert by_document(["a", "b", "a", "c", "b"]) == ["a", "b", "c"]


def test_quality_is_the_mean_over_all_queries_those_without_hits_included() -> None:
    documents = {name: Item(title="", text=name) for name in "ab"}
    source = RetrievalSet("s", documents, {"1": "?", "2": "!"}, {"1": {"a": 1}, "2": {"b": 1}})

    assert quality(source, {"1": ["b", "a"], "2": []}) == Quality(
        ndcg=pytest.approx(1 / log2(3) / 2), mrr=0.25, recall=0.5
    )


def test_times_are_milliseconds_of_single_searches() -> None:
    measured = of_mode("hybrid", Quality(0, 0, 0), [number / 1000 for number in range(1, 102)])

    assert (measured.p50_ms, measured.p95_ms) == (51, 96)


def test_a_set_without_queries_says_so() -> None:
    with pytest.raises(RunError, match="empty has 1 documents and 0 queries"):
        RetrievalSet("empty", {"a": Item("", "a")}, {}, {})
