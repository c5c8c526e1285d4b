"""A page out of the lists of several indexes: what may be shown, in order, and how far each list was looked at."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest

from bloomweaver.search.answer import Part
from bloomweaver.search.cursor import Position
from bloomweaver.search.ranking import Ranked, RankedList
from bloomweaver.search.request import Mode
from bloomweaver.search.serving import Served, Serving

LOOKED_UP_AT_ONCE = 2
"""How many candidates for each hit that is wanted have their records read in one go."""


@dataclass(frozen=True)
class Page:
    """The hits of a page, each with the list that it is from."""

    entries: list[tuple[RankedList, Ranked]]
    looked_at: dict[str, int]
    """By index, how many of the rest of its list."""
    dropped: int
    """How many of them may not be shown."""
    missed: Served
    """Documents of which a leg gave only hits that are not served any more, and where they are served from now. It may
    be that the new version has nothing for that leg; or that the document was replaced after the leg was asked, and
    what is here of it may be half of it."""

    has_more: bool
    """Whether a list has hits that were not looked at."""

    def positions(self, lists: Sequence[RankedList]) -> dict[str, Position]:
        """Where each list stands after this page."""
        found = {each.card.index_name: each.position(self.looked_at[each.card.index_name]) for each in lists}
        return {index: position for index, position in found.items() if position is not None}


def take(lists: Sequence[RankedList], mode: Mode, top_k: int, serving: Serving) -> Page:
    """The first `top_k` hits that are served, in the order of the lists together."""
    following = _merged(lists, mode)
    entries: list[tuple[RankedList, Ranked]] = []
    looked_at = {each.card.index_name: 0 for each in lists}
    unserved: set[str] = set()
    dropped = 0
    while len(entries) < top_k and (some := list(islice(following, LOOKED_UP_AT_ONCE * top_k))):
        serving.read(ranked.candidate.doc_hash for _, ranked in some)
        for place, (source, ranked) in enumerate(some):
            if len(entries) == top_k:
                following = chain(some[place:], following)
                break
            looked_at[source.card.index_name] += 1
            if serving.is_served(ranked.candidate, source.card.index_name):
                entries.append((source, ranked))
            else:
                unserved.add(ranked.candidate.doc_hash)
                dropped += 1
    return Page(
        entries,
        looked_at,
        dropped,
        _missed(lists, unserved, serving),
        next(following, None) is not None,
    )


def _missed(lists: Sequence[RankedList], doc_hashes: set[str], serving: Serving) -> Served:
    """Those of the documents of which a leg had passages, none of them served, although others are."""
    stale: set[tuple[str, Part]] = set()
    fresh: set[tuple[str, Part]] = set()
    for each in lists:
        for ranked in each.entries:
            doc_hash = ranked.candidate.doc_hash
            if doc_hash in doc_hashes:
                found = fresh if serving.is_served(ranked.candidate, each.card.index_name) else stale
                found |= {(doc_hash, part) for part in ranked.fused.parts}
    return serving.elsewhere({doc_hash for doc_hash, _ in stale - fresh})


def _merged(lists: Sequence[RankedList], mode: Mode) -> Iterator[tuple[RankedList, Ranked]]:
    """The rest of all lists. Cosine similarities of one model are of one scale, whatever index they come from. All
    other scores are not, so lists are merged by rank: the best of each, then the second of each, and so on."""
    groups: dict[str, list[list[tuple[RankedList, Ranked]]]] = {}
    for each in lists:
        comparable = each.card.settings.model if mode is Mode.DENSE else each.card.index_name
        groups.setdefault(comparable, []).append([(each, ranked) for ranked in each.rest])
    merged = [list(heapq.merge(*group, key=lambda pair: pair[1].key)) for group in groups.values()]
    return (pair for rank in zip_longest(*merged) for pair in rank if pair is not None)
