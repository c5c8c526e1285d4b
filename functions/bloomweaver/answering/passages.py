"""The passages of a prompt: delimited data, each with its key, and neighbours of a document as one text.

Documents are cut with an overlap. Passages that follow each other are put together without it, in the document's order,
so that a model reads no sentence twice. Each keeps its key, and a citation opens the passage that says so.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bloomweaver.keys import ChunkPlace

OVERLAP_MIN_CHARACTERS = 16
"""What two neighbours have in common and is shorter may be chance."""

_MARK = re.compile(r"<<(?=\s*(?:passage|end)\b)", re.IGNORECASE)


@dataclass(frozen=True)
class PromptPassage:
    """A passage as it is served now."""

    key: str
    text: str
    title: str | None = None
    heading: str | None = None
    place: ChunkPlace | None = None
    """Where it stands in its document; none where that does not matter: it is nobody's neighbour then."""


def together(passages: Iterable[PromptPassage]) -> str:
    """The passages as they stand in a prompt: the best first, with those that follow it in its document. Between
    neighbours there is no empty line."""
    return "\n\n".join("\n".join(map(delimited, run)) for run in joined(passages))


def joined(passages: Iterable[PromptPassage]) -> list[list[PromptPassage]]:
    """The passages in runs of neighbours, in the order of the best one of each. Within a run they are in the document's
    order, from the second on without what the one before has too: the end of its text, title and heading."""
    given = list(passages)
    by_place = {passage.place: passage for passage in given if passage.place is not None}
    runs: list[list[PromptPassage]] = []
    taken: set[str] = set()
    for passage in given:
        if passage.key not in taken:
            run = _run(passage, by_place)
            taken.update(each.key for each in run)
            runs.append([run[0], *(_after(before, each) for before, each in pairwise(run))])
    return runs


def delimited(passage: PromptPassage) -> str:
    """A passage as it stands in a prompt."""
    head = "\n".join(harmless(" ".join(line.split())) for line in (passage.title, passage.heading) if line)
    body = f"{head}\n{harmless(passage.text)}" if head else harmless(passage.text)
    return f"<<passage {passage.key}>>\n{body}\n<<end {passage.key}>>"


def harmless(text: str) -> str:
    """The text without anything that looks like a mark of ours."""
    return _MARK.sub("< <", text)


def overlap(before: str, after: str) -> int:
    """With how many characters the one text ends and the other begins; 0 where that is too little to be no chance, ends
    within a word, or is all of the other."""
    for size in range(min(len(before), len(after) - 1), OVERLAP_MIN_CHARACTERS - 1, -1):
        within_a_word = after[size - 1].isalnum() and after[size].isalnum()
        if not within_a_word and before.endswith(after[:size]):
            return size
    return 0


def _run(passage: PromptPassage, by_place: dict[ChunkPlace, PromptPassage]) -> Sequence[PromptPassage]:
    """The passage with its neighbours, and theirs."""
    if passage.place is None:
        return [passage]
    first = last = passage.place.number
    doc_hash, version, _ = passage.place
    while ChunkPlace(doc_hash, version, first - 1) in by_place:
        first -= 1
    while ChunkPlace(doc_hash, version, last + 1) in by_place:
        last += 1
    return [by_place[ChunkPlace(doc_hash, version, number)] for number in range(first, last + 1)]


def _after(before: PromptPassage, passage: PromptPassage) -> PromptPassage:
    """The passage without what the one before it has."""
    return replace(
        passage,
        text=passage.text[overlap(before.text, passage.text) :].lstrip(),
        title=None,
        heading=passage.heading if passage.heading != before.heading else None,
    )
