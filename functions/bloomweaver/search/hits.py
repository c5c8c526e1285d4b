"""Hits as they are shown: their texts, where the query's words are in them, and what their scores are made of."""

from collections.abc import Sequence

from bloomweaver.analysis.matching import find_terms
from bloomweaver.analysis.query import AnalysedQuery
from bloomweaver.models.chunk import Hit
from bloomweaver.search.answer import Highlight, SearchHit
from bloomweaver.search.ranking import Ranked, RankedList
from bloomweaver.search.texts import Texts


def shown(
    entries: Sequence[tuple[RankedList, Ranked]], texts: Texts, analysed: AnalysedQuery, *, explain: bool
) -> list[SearchHit]:
    """The entries of a page with their texts, without those that are gone. Raises the stores' errors."""
    found: dict[tuple[str, str], Hit] = {}
    for source in {id(source): source for source, _ in entries}.values():
        mine = [ranked.candidate for origin, ranked in entries if origin is source]
        index = source.card.index_name
        found |= {(index, hit.id): hit for hit in texts.of(source.card, mine).values()}
    return [
        _hit(found[place], ranked, analysed, source.card.index_name if explain else None)
        for source, ranked in entries
        if (place := (source.card.index_name, ranked.candidate.id)) in found
    ]


def _hit(hit: Hit, ranked: Ranked, analysed: AnalysedQuery, explained_of: str | None) -> SearchHit:
    return SearchHit(
        **hit.model_dump(exclude={"id", "score"}),
        score=ranked.score,
        highlights=[Highlight(start=span.start, end=span.end) for span in find_terms(hit.text, analysed)],
        explain=ranked.explanation(explained_of) if explained_of is not None else None,
    )
