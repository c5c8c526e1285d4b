"""From the legs of an index to its list: near enough, fused, with its phrases found, and the best of it reranked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bloomweaver.analysis.matching import has_phrase
from bloomweaver.analysis.query import AnalysedQuery
from bloomweaver.errors import PermanentError, TransientError
from bloomweaver.indexes.stores import IndexStores
from bloomweaver.models.chunk import Candidate
from bloomweaver.models.index_card import IndexCard
from bloomweaver.ports import Reranker
from bloomweaver.search import fusion
from bloomweaver.search.answer import Part
from bloomweaver.search.cursor import Cursor
from bloomweaver.search.fusion import Fused, Scales
from bloomweaver.search.legs import Asked
from bloomweaver.search.query_vectors import QueryVectors
from bloomweaver.search.ranking import Ranked, RankedList
from bloomweaver.search.request import Mode, SearchRequest
from bloomweaver.search.serving import Serving
from bloomweaver.search.texts import Texts
from bloomweaver.search.timings import Timings

PHRASES_LOOKED_FOR_IN = 100
"""The best candidates whose texts are searched for the query's phrases."""


@dataclass(frozen=True)
class Reranking:
    """Who puts how many of the best in order."""

    reranker: Reranker
    candidates: int


class Listing:
    """Makes the lists of one search."""

    def __init__(
        self,
        request: SearchRequest,
        analysed: AnalysedQuery,
        *,
        stores: IndexStores,
        vectors: QueryVectors,
        serving: Serving,
        texts: Texts,
        timings: Timings,
        cursor: Cursor | None,
        reranking: Reranking | None,
    ) -> None:
        self._request = request
        self._analysed = analysed
        self._stores = stores
        self._vectors = vectors
        self._serving = serving
        self._texts = texts
        self._timings = timings
        self._cursor = cursor
        self._reranking = reranking if cursor is None or cursor.reranked else None
        self.reranked = 0
        """How many hits the reranker has put in order so far."""
        self.not_reranked: Exception | None = None
        """What it failed with."""

    def ranked(self, asked: Asked) -> RankedList:
        """The list of an index before anything is looked up of it. Raises what the store raises when it is asked for
        more."""
        dense, keyword, cut = self._near_enough(asked)
        fixed = self._cursor.scales.get(asked.card.index_name) if self._cursor else None
        scales = fixed or fusion.scales(dense, keyword)
        entries = [Ranked(fused) for fused in self._fused(dense, keyword, scales)]
        if self._analysed.phrases and self._request.mode is not Mode.DENSE:
            entries = self._with_phrases(asked.card, entries)
        exhausted = all(leg.exhausted for leg in asked.legs.values()) or cut
        return RankedList(asked.card, entries, scales, exhausted)

    def fits(self, ranked: RankedList) -> bool:
        """Whether the list is on the scales that the cursor goes on with."""
        fixed = self._cursor.scales.get(ranked.card.index_name) if self._cursor else None
        return fixed is None or fixed == ranked.scales

    def of(self, ranked: RankedList) -> RankedList:
        """The list with the best of it reranked, from where the cursor has it. On a page after the first it raises what
        the reranker raises: its order is what the page goes on with."""
        if self._reranking and not self.not_reranked:
            ranked = replace(ranked, entries=self._reranked(ranked.card, list(ranked.entries), self._reranking))
        return ranked.after(self._cursor.positions.get(ranked.card.index_name)) if self._cursor else ranked

    def _near_enough(self, asked: Asked) -> tuple[list[Candidate], list[Candidate], bool]:
        """The candidates of both legs whose similarity is high enough, and whether no further ones can be: the dense
        leg gave all that are."""
        dense, keyword = list(asked.candidates(Part.DENSE)), list(asked.candidates(Part.KEYWORD))
        lowest = self._request.min_score
        if lowest is None:
            return dense, keyword, False
        similar = {candidate.id: candidate.score for candidate in dense}
        if unknown := [candidate.id for candidate in keyword if candidate.id not in similar]:
            settings = asked.card.settings
            store = self._stores.of(asked.card.index_name, settings.dimension)
            with self._timings.of("similarities"):
                similar |= store.cosines(self._vectors.of(settings.model).vector, unknown)
        near = [candidate for candidate in dense if candidate.score >= lowest]
        return (
            near,
            [candidate for candidate in keyword if similar.get(candidate.id, -2.0) >= lowest],
            len(near) < len(dense),
        )

    def _fused(self, dense: Sequence[Candidate], keyword: Sequence[Candidate], scales: Scales) -> list[Fused]:
        match self._request.mode:
            case Mode.DENSE:
                return fusion.alone(dense, keyword=False)
            case Mode.KEYWORD:
                return fusion.alone(keyword, keyword=True)
            case Mode.HYBRID:
                return fusion.fuse(dense, keyword, scales)

    def _with_phrases(self, card: IndexCard, entries: list[Ranked]) -> list[Ranked]:
        best = entries[:PHRASES_LOOKED_FOR_IN]
        texts = self._texts.of(card, [entry.candidate for entry in best])

        def phrases(entry: Ranked) -> int:
            hit = texts.get(entry.candidate.id)
            places = (hit.text, hit.title or "", hit.heading or "") if hit else ()
            return sum(any(has_phrase(place, phrase) for place in places) for phrase in self._analysed.phrases)

        with self._timings.of("phrases"):
            found = [replace(entry, phrases=phrases(entry)) for entry in best]
        return sorted(found + entries[len(best) :], key=lambda entry: entry.key)

    def _reranked(self, card: IndexCard, entries: list[Ranked], by: Reranking) -> list[Ranked]:
        """The entries with the best of them in the order of the reranker, which reads nothing that is not served."""
        best = entries[: by.candidates]
        self._serving.read(entry.candidate.doc_hash for entry in best)
        served = [entry for entry in best if self._serving.is_served(entry.candidate, card.index_name)]
        texts = self._texts.of(card, [entry.candidate for entry in served])
        there = [entry for entry in served if entry.candidate.id in texts]
        if not there:
            return entries
        try:
            with self._timings.of(Part.RERANK):
                scores = by.reranker.rerank(self._request.query, [texts[entry.candidate.id].text for entry in there])
        except (TransientError, PermanentError) as error:
            if self._cursor is not None:
                raise
            self.not_reranked = error
            return entries
        self.reranked += len(there)
        placed = [replace(entry, rerank=score) for entry, score in zip(there, scores, strict=True)]
        # Those that are not served keep their place behind: the page drops them, and says how many.
        left = [entry for entry in best if entry not in there] + entries[len(best) :]
        return sorted(placed + left, key=lambda entry: entry.key)
