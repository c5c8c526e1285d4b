"""The list of an index: its candidates in the order in which they are shown, from one page to the next.

First by how many of the query's phrases a text has, then what the reranker put in order, then by score; of equal ones
the one whose id sorts first. So the order is the same each time that the list is made of the same candidates.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bloomweaver.models.chunk import Candidate
from bloomweaver.models.index_card import IndexCard
from bloomweaver.search import fusion
from bloomweaver.search.answer import Explanation, Place
from bloomweaver.search.cursor import Position, of_text
from bloomweaver.search.fusion import Fused, Scales

RERANKED, AS_FUSED = 0, 1
"""Blocks of the order."""
Key = tuple[int, int, float, str]


@dataclass(frozen=True)
class Ranked:
    """A candidate in its place."""

    fused: Fused
    phrases: int = 0
    rerank: float | None = None

    @property
    def candidate(self) -> Candidate:
        """What the index gave."""
        return self.fused.candidate

    @property
    def score(self) -> float:
        """What it is shown with."""
        return self.fused.score if self.rerank is None else self.rerank

    @property
    def block(self) -> int:
        """Where in the order its score counts."""
        return AS_FUSED if self.rerank is None else RERANKED

    @property
    def key(self) -> Key:
        """Sorts as it is shown."""
        return (-self.phrases, self.block, -self.score, self.candidate.id)

    def explanation(self, index: str) -> Explanation:
        """What its score is made of."""
        return Explanation(
            index=index,
            dense=_place(self.fused.dense),
            keyword=_place(self.fused.keyword),
            fused=self.fused.score,
            phrases=self.phrases,
            rerank=self.rerank,
        )


@dataclass(frozen=True)
class RankedList:
    """The candidates of an index, the best first."""

    card: IndexCard
    entries: Sequence[Ranked]
    scales: Scales
    exhausted: bool
    """Whether there is nothing beyond them."""
    start: int = 0
    """Where the page begins."""
    moved: bool = False
    """Whether those before it are not the ones that were there when the page before was made."""

    @property
    def rest(self) -> Sequence[Ranked]:
        """What the page is taken from."""
        return self.entries[self.start :]

    def after(self, position: Position | None) -> "RankedList":
        """The list from the first hit that comes after `position` on."""
        if position is None:
            return self
        last: Key = (-position.phrases, position.block, -position.score, position.id)
        start = sum(entry.key <= last for entry in self.entries)
        return replace(self, start=start, moved=_seen(self.entries[:start]) != position.seen)

    def position(self, count: int) -> Position | None:
        """Where the list stands when `count` of its rest have been looked at; none at its very start."""
        end = self.start + count
        if not end:
            return None
        last = self.entries[end - 1]
        return Position(
            phrases=last.phrases,
            block=last.block,
            score=last.score,
            id=last.candidate.id,
            seen=_seen(self.entries[:end]),
        )


def _place(place: fusion.Place | None) -> Place | None:
    return Place(rank=place[0], score=place[1]) if place else None


def _seen(entries: Sequence[Ranked]) -> str:
    return of_text("\n".join(entry.candidate.id for entry in entries))
