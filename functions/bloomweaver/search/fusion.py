"""One list of two: the hits of the dense and the keyword leg by a convex combination of their scores.

Scores of the legs cannot be compared, so each is first put between 0 and 1: from 0 to the leg's own best. With the
list's worst score as the low end the result would depend on how deep the legs were asked (Bruch, Gai and Ingber, 2023,
"An Analysis of Fusion Functions for Hybrid Retrieval", call ours the theoretical minimum; a cosine similarity below 0
is as good as none). A hit that a leg does not have among its candidates gets 0 of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from bloomweaver.models.chunk import Candidate
from bloomweaver.search.answer import Part

DENSE_WEIGHT = 0.6
"""Of the sum; the rest is the keyword leg's. `docs/retrieval.md` has what others do."""


class Scale(BaseModel):
    """From 0 to what is 1 of a leg."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    high: float

    def of(self, score: float) -> float:
        """The score on this scale. One that lies outside is at its end; where nothing is above 0, neither is this."""
        return min(1.0, max(0.0, score / self.high)) if self.high > 0 else 0.0


class Scales(BaseModel):
    """Those of both legs, as the first page of a search fixes them."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    dense: Scale
    keyword: Scale


Place = tuple[int, float]
"""Where a leg had a hit: its rank, from 1, and its score."""


@dataclass(frozen=True, slots=True)
class Fused:
    """A candidate with its places in the legs."""

    candidate: Candidate
    dense: Place | None
    keyword: Place | None
    score: float

    @property
    def parts(self) -> list[Part]:
        """The legs that had it."""
        places = {Part.DENSE: self.dense, Part.KEYWORD: self.keyword}
        return [part for part, place in places.items() if place is not None]


def scales(dense: Sequence[Candidate], keyword: Sequence[Candidate]) -> Scales:
    """The scales of these lists, each sorted, the best first."""
    return Scales(
        dense=Scale(high=dense[0].score if dense else 1.0),
        keyword=Scale(high=keyword[0].score if keyword else 1.0),
    )


def fuse(dense: Sequence[Candidate], keyword: Sequence[Candidate], on: Scales) -> list[Fused]:
    """The hits of both lists, each once, the best first; of equal ones the one whose id sorts first."""
    named = {candidate.id: (rank, candidate.score) for rank, candidate in enumerate(keyword, 1)}
    fused = []
    for rank, candidate in enumerate(dense, 1):
        near, place = (rank, candidate.score), named.pop(candidate.id, None)
        fused.append(Fused(candidate, near, place, _score(near, place, on)))
    for candidate in keyword:
        if (place := named.get(candidate.id)) is not None:
            fused.append(Fused(candidate, None, place, _score(None, place, on)))
    return _sorted(fused)


def alone(hits: Sequence[Candidate], *, keyword: bool) -> list[Fused]:
    """The hits of one leg, with its own scores."""
    places = [(rank, candidate.score) for rank, candidate in enumerate(hits, 1)]
    return _sorted(
        Fused(candidate, None if keyword else place, place if keyword else None, candidate.score)
        for candidate, place in zip(hits, places, strict=True)
    )


def _sorted(fused: Iterable[Fused]) -> list[Fused]:
    return sorted(fused, key=lambda each: (-each.score, each.candidate.id))


def _score(dense: Place | None, keyword: Place | None, on: Scales) -> float:
    near = on.dense.of(dense[1]) if dense else 0.0
    named = on.keyword.of(keyword[1]) if keyword else 0.0
    return DENSE_WEIGHT * near + (1.0 - DENSE_WEIGHT) * named
