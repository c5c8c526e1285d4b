"""The fusion of two lists, by hand."""

from bloomweaver.models.chunk import Candidate
from bloomweaver.search.fusion import DENSE_WEIGHT, Scale, fuse, scales


def hits(**scores: float) -> list[Candidate]:
    found = [Candidate(id=name, doc_hash=name, version=1, score=score) for name, score in scores.items()]
    return sorted(found, key=lambda hit: -hit.score)


def test_each_leg_counts_on_its_own_scale() -> None:
    dense, keyword = hits(a=0.8, b=0.4, c=-0.1), hits(b=20.0, d=10.0)
    fused = {each.candidate.id: each.score for each in fuse(dense, keyword, scales(dense, keyword))}
    assert fused == {
        "a": DENSE_WEIGHT,
        "b": DENSE_WEIGHT * 0.5 + (1 - DENSE_WEIGHT),
        "c": 0.0,
        "d": (1 - DENSE_WEIGHT) * 0.5,
    }


def test_equal_scores_are_in_the_order_of_their_ids() -> None:
    dense = hits(b=0.5, a=0.5)
    assert [each.candidate.id for each in fuse(dense, [], scales(dense, []))] == ["a", "b"]


def test_one_leg_alone_keeps_its_order() -> None:
    dense, keyword = hits(a=0.5, b=0.1), hits(x=3.0, y=1.0)
    assert [each.candidate.id for each in fuse(dense, [], scales(dense, []))] == ["a", "b"]
    assert [each.candidate.id for each in fuse([], keyword, scales([], keyword))] == ["x", "y"]


def test_a_score_beyond_the_scale_is_at_its_end() -> None:
    assert [Scale(high=0.4).of(score) for score in (-0.1, 0.2, 0.4, 0.9)] == [0.0, 0.5, 1.0, 1.0]
    assert [Scale(high=-0.2).of(score) for score in (-0.2, 0.1)] == [0.0, 0.0]
