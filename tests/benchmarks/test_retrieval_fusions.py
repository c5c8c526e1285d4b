"""Ways to fuse two legs, by hand, and how they are compared."""

import pytest

from benchmarks.retrieval import fusions
from benchmarks.retrieval.fusions import Compared, Legs
from benchmarks.retrieval.results import Quality
from bloomweaver.models.chunk import Candidate
from bloomweaver.search import fusion

LEGS = Legs(dense={"a": 0.8, "b": 0.6, "c": 0.4}, keyword={"b": 10.0, "d": 5.0})
BY_NAME = {each.name: each.fuse for each in fusions.fusions()}


@pytest.mark.parametrize(
    ("name", "scores"),
    [
        ("rrf k=60 w=0.5", {"a": 0.5 / 61, "b": 0.5 / 62 + 0.5 / 61, "c": 0.5 / 63, "d": 0.5 / 62}),
        ("rrf k=10 w=0.4", {"a": 0.4 / 11, "b": 0.4 / 12 + 0.6 / 11, "c": 0.4 / 13, "d": 0.6 / 12}),
        ("min-max w=0.5", {"a": 0.5, "b": 0.75, "c": 0, "d": 0}),
        ("min-max, bm25/best w=0.5", {"a": 0.5, "b": 0.75, "c": 0, "d": 0.25}),
        ("of the best w=0.6", {"a": 0.6, "b": 0.45 + 0.4, "c": 0.3, "d": 0.2}),
        ("cosine from -1 w=0.5", {"a": 0.5, "b": 0.5 * 1.6 / 1.8 + 0.5, "c": 0.5 * 1.4 / 1.8, "d": 0.25}),
        ("cosine as it is w=0.7", {"a": 0.56, "b": 0.42 + 0.3, "c": 0.28, "d": 0.15}),
        ("z-score w=0.5", {"a": 0.5 * 0.4 / 0.1632993, "b": 0.5 * 0.2 / 0.1632993 + 1, "c": 0, "d": 0}),
    ],
)
def test_scores_by_hand(name: str, scores: dict[str, float]) -> None:
    assert BY_NAME[name](LEGS) == pytest.approx(scores, abs=1e-6)


@pytest.mark.parametrize("legs", [Legs({}, {}), Legs({"a": 0.5}, {}), Legs({}, {"a": 2.0}), Legs({"a": -0.5}, {})])
def test_a_leg_may_have_nothing(legs: Legs) -> None:
    for fuse in BY_NAME.values():
        assert fuse(legs).keys() == legs.dense.keys() | legs.keyword.keys()


def test_one_of_them_is_the_one_that_search_has() -> None:
    def candidates(scores: dict[str, float]) -> list[Candidate]:
        return [Candidate(id=id_, doc_hash=id_, version=1, score=score) for id_, score in scores.items()]

    dense, keyword = candidates(LEGS.dense), candidates(LEGS.keyword)
    ours = {each.candidate.id: each.score for each in fusion.fuse(dense, keyword, fusion.scales(dense, keyword))}

    assert BY_NAME[f"of the best w={fusion.DENSE_WEIGHT:g}"](LEGS) == pytest.approx(ours)


def test_a_gain_is_over_the_better_leg_in_each_metric() -> None:
    compared = Compared(
        "s",
        dense=Quality(ndcg=0.4, mrr=0, recall=0.7),
        keyword=Quality(ndcg=0.3, mrr=0, recall=0.8),
        fused={"one": Quality(ndcg=0.43, mrr=0, recall=0.79)},
    )

    assert compared.gain("one") == pytest.approx(0.03)
    assert compared.recall_gain("one") == pytest.approx(-0.01)
