"""Search by meaning, with the check on read: only hits of the version and the index that a record says are served.

While documents move to another index, there are two to ask. Each document is served from one of them, so no passage is
found twice. Hits of one model are in the order of their scores. Scores of two models cannot be compared, so their hits
are merged by rank, the best of each first, then the second of each, and so on: reciprocal rank fusion (Cormack et al.,
2009) of lists that have nothing in common. So the best passage of an index is never hidden by those of the other,
however far the move has come; the price is that a weak one may stand among better ones.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bloomweaver.indexes.stores import IndexStores
from bloomweaver.models.chunk import Candidate, Hit
from bloomweaver.models.index_card import IndexCard
from bloomweaver.models.record import DocumentRecord
from bloomweaver.ports import DocumentRecords, EncodedQuery, QueryEncoder

QUERY_MAX_CHARACTERS = 8192
ASKED_AGAIN_MAX = 3
"""How often the indexes are asked again, since documents were replaced before their records were read."""


class SearchRequest(BaseModel):
    """The body of POST /search."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    query: Annotated[str, Field(min_length=1, max_length=QUERY_MAX_CHARACTERS)]
    top_k: Annotated[int, Field(ge=1, le=100)] = 10
    filter: dict[str, Any] | None = None
    min_score: Annotated[float, Field(ge=-1, le=1, strict=False)] | None = None

    @field_validator("query")
    @classmethod
    def _says_something(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("it is blank")
        return value


@dataclass(frozen=True)
class SearchAnswer:
    """The hits that may be shown, the nearest first, and how many others the indexes held that may not."""

    hits: list[Hit]
    dropped: int
    windows: int
    """In how many windows the query was read, by the model that needed the most."""


@dataclass(frozen=True)
class _Found:
    """What an index answered: the candidates that are near enough, and whether asking for more would bring none."""

    card: IndexCard
    hits: list[Candidate]
    exhausted: bool

    def served(self, records: dict[str, DocumentRecord]) -> list[Candidate]:
        return [hit for hit in self.hits if self._is_served(hit, records.get(hit.doc_hash))]

    def _is_served(self, hit: Candidate, record: DocumentRecord | None) -> bool:
        here = (hit.version, self.card.index_name)
        return record is not None and (record.served_version, record.index) == here


_Served = dict[str, tuple[int, str | None]]
"""By document, the version that is served, and from which index."""


class Search:
    """Answers queries from the vector indexes and the records."""

    def __init__(
        self,
        records: DocumentRecords,
        stores: IndexStores,
        encoders: Callable[[str], QueryEncoder],
        *,
        overfetch: int,
        candidates_max: int,
    ) -> None:
        """`encoders` gives the encoder of a model, by its name."""
        self._records = records
        self._stores = stores
        self._encoders = encoders
        self._overfetch = overfetch
        self._candidates_max = candidates_max

    def run(self, request: SearchRequest) -> SearchAnswer:
        """The answer to `request`. Raises `InvalidFilter`, the stores' errors, and what an encoder raises."""
        cards = self._stores.searched()
        queries = self._encode(cards, request.query)
        wanted = request.top_k * self._overfetch
        asked_again = 0
        seen: _Served = {}
        while True:
            found = [self._ask(card, queries[card.settings.model].vector, wanted, request) for card in cards]
            records = self._records.get_many({hit.doc_hash for each in found for hit in each.hits})
            missed = _missed(found, records)
            if missed.items() - seen.items() and asked_again < ASKED_AGAIN_MAX:
                seen, asked_again = missed, asked_again + 1
                cards = self._stores.searched()
                queries |= self._encode([card for card in cards if card.settings.model not in queries], request.query)
                continue
            by_model = _by_model(found, records)
            enough = all(len(hits) >= request.top_k or exhausted for hits, exhausted in by_model)
            if enough or wanted >= self._candidates_max:
                merged = _merged([hits for hits, _ in by_model])
                page = merged[: request.top_k]
                hits = self._complete(found, page)
                if len(hits) < len(page) and asked_again < ASKED_AGAIN_MAX:
                    asked_again += 1  # one was replaced after its record was read
                    continue
                dropped = sum(len(each.hits) for each in found) - len(merged) + len(page) - len(hits)
                windows = max((query.windows for query in queries.values()), default=1)
                return SearchAnswer(hits=hits, dropped=dropped, windows=windows)
            wanted = min(wanted * 4, self._candidates_max)

    def _encode(self, cards: Sequence[IndexCard], query: str) -> dict[str, EncodedQuery]:
        """The query as each model encodes it, once."""
        models = dict.fromkeys(card.settings.model for card in cards)
        return {model: self._encoders(model).encode_query(query) for model in models}

    def _complete(self, found: Sequence[_Found], page: Sequence[Candidate]) -> list[Hit]:
        """The page with its texts, without those that are gone."""
        complete: dict[str, Hit] = {}
        for each in found:
            here = {hit.id for hit in each.hits}
            if mine := [candidate for candidate in page if candidate.id in here]:
                store = self._stores.of(each.card.index_name, each.card.settings.dimension)
                complete |= {hit.id: hit for hit in store.complete(mine)}
        return [complete[candidate.id] for candidate in page if candidate.id in complete]

    def _ask(self, card: IndexCard, vector: Sequence[float], wanted: int, request: SearchRequest) -> _Found:
        store = self._stores.of(card.index_name, card.settings.dimension)
        candidates = store.query(vector, wanted, request.filter)
        near = [hit for hit in candidates if request.min_score is None or hit.score >= request.min_score]
        # Asking for more helps only if there was more, and all of what came was near enough.
        return _Found(card, near, exhausted=len(candidates) < wanted or len(near) < len(candidates))


def _missed(found: Sequence[_Found], records: dict[str, DocumentRecord]) -> _Served:
    """Documents of which only hits came that are not served any more, and where they are served from now.

    It may be that the new version is not near enough; or the document was replaced after the index was asked.
    """
    shown = {hit.doc_hash for each in found for hit in each.served(records)}
    others = {hit.doc_hash for each in found for hit in each.hits} - shown
    return {
        doc_hash: (records[doc_hash].served_version, records[doc_hash].index)
        for doc_hash in others
        if doc_hash in records and records[doc_hash].served_version
    }


def _by_model(found: Sequence[_Found], records: dict[str, DocumentRecord]) -> list[tuple[list[Candidate], bool]]:
    """For each model its served hits, the nearest first, and whether no more can come."""
    models = dict.fromkeys(each.card.settings.model for each in found)
    of_model = [[each for each in found if each.card.settings.model == model] for model in models]
    return [
        (
            sorted((hit for each in group for hit in each.served(records)), key=lambda hit: -hit.score),
            all(each.exhausted for each in group),
        )
        for group in of_model
    ]


def _merged(lists: Sequence[Sequence[Candidate]]) -> list[Candidate]:
    return [hit for rank in zip_longest(*lists) for hit in rank if hit is not None]
