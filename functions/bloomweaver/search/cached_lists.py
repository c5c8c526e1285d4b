"""The lists that the legs of a search gave, as they are kept: by what key, and in which form.

What is kept is what the indexes answered, before anything was looked up of it in the records: whoever takes it out
fuses it, checks it and asks for its texts as if the indexes had just answered. It is ids, scores and the cards of the
indexes: no query and no text.
"""

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict

from bloomweaver.models.chunk import Candidate
from bloomweaver.models.index_card import IndexCard, IndexSettings
from bloomweaver.search.answer import Part
from bloomweaver.search.legs import Asked, Leg
from bloomweaver.search.ranking import RankedList
from bloomweaver.search.request import Mode
from bloomweaver.search.serving import Served

VERSION = 2
"""Of all that makes lists of a query: the form here, the legs, how they are fused. What was kept by another version is
not found."""
FASTEST = 1
"""The level of zlib: the others make of scores and ids hardly less, and take longer."""


@dataclass(frozen=True)
class ListsKey:
    """Everything of a search that decides which lists there are, but for the indexes."""

    folded: str
    """The query after folding."""
    filter: Mapping[str, Any] | None
    folder: str | None
    mode: Mode
    min_score: float | None
    depth: int
    """How many candidates each leg was asked for."""
    reranker: str | None
    """The name of the model that puts the best in order; none where none does."""
    role: str
    """The caller's."""

    def digest(self, index: str, settings: IndexSettings) -> str:
        """Under which the lists are kept by a deployment whose own index this is."""
        decides = {
            "version": VERSION,
            "index": index,
            "settings": settings.model_dump(mode="json"),
            "query": self.folded,
            "filter": self.filter,
            "folder": self.folder,
            "mode": self.mode,
            "min_score": self.min_score,
            "depth": self.depth,
            "reranker": self.reranker,
            "role": self.role,
        }
        return f"lists#{digest(decides)}"


@dataclass(frozen=True)
class CachedLists:
    """What the legs of every index gave for a query."""

    asked: Sequence[Asked]
    windows: int
    """In how many the query was read, see `EncodedQuery`."""
    missed: Served = field(default_factory=dict)
    """Documents of which the lists have only passages that were not served any more, and what they served when the
    indexes were asked: as long as they serve that, asking again brings nothing of them."""
    ranked: Sequence[RankedList] | None = None
    """What was made of it before the check on read, which the key decides too. Kept in memory alone: it is made again
    of what the table has."""

    @property
    def complete(self) -> bool:
        """Whether every leg answered."""
        return bool(self.asked) and not any(leg.failed for each in self.asked for leg in each.legs.values())


def digest(decides: Any) -> str:
    """Of something that JSON can say."""
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()


class _Leg(BaseModel):
    model_config = ConfigDict(frozen=True)

    exhausted: bool
    candidates: list[Candidate]


class _Index(BaseModel):
    model_config = ConfigDict(frozen=True)

    card: IndexCard
    legs: dict[Part, _Leg]


class _Lists(BaseModel):
    model_config = ConfigDict(frozen=True)

    windows: int
    missed: Served
    indexes: list[_Index]


def encode(lists: CachedLists) -> bytes:
    """The lists as they are kept: some kilobytes for some hundred candidates."""
    indexes = [
        _Index(
            card=each.card,
            legs={
                part: _Leg(exhausted=leg.exhausted, candidates=list(leg.candidates)) for part, leg in each.legs.items()
            },
        )
        for each in lists.asked
    ]
    form = _Lists(windows=lists.windows, missed=lists.missed, indexes=indexes)
    return zlib.compress(form.model_dump_json().encode(), FASTEST)


def decode(data: bytes) -> CachedLists:
    """The lists that `encode` was given. Raises `ValueError` for anything else."""
    try:
        form = _Lists.model_validate_json(zlib.decompress(data))
    except (zlib.error, ValueError) as error:
        raise ValueError(f"these are no lists: {error}") from error
    asked = [
        Asked(index.card, {part: Leg(leg.candidates, leg.exhausted) for part, leg in index.legs.items()})
        for index in form.indexes
    ]
    return CachedLists(asked, form.windows, form.missed)
