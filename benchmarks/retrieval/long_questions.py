"""Known items with long questions, out of any set's documents: a long sentence is taken out of each, and asked."""

import re
from collections.abc import Iterator

from benchmarks.retrieval.sets import Item, KnownItem, RetrievalSet, of_known_items

WORDS = range(15, 61)
"""How many the sentence that is asked has."""
SENTENCES_LEFT = 3
"""How many a document has at least without it."""

_END = re.compile(r"(?<=[.?!])\s+")


def of(source: RetrievalSet) -> RetrievalSet:
    """The set of those documents of `source` that are long enough. The sentence asked is the longest but the first."""
    return of_known_items(f"{source.name}, long questions", _items(source))


def _items(source: RetrievalSet) -> Iterator[KnownItem]:
    for id_, document in source.documents.items():
        sentences = _END.split(document.text)
        fit = [number for number, sentence in enumerate(sentences) if number and len(sentence.split()) in WORDS]
        if not fit or len(sentences) <= SENTENCES_LEFT:
            continue
        asked = max(fit, key=lambda number: (len(sentences[number].split()), -number))
        rest = " ".join(sentence for number, sentence in enumerate(sentences) if number != asked)
        yield KnownItem(id_, Item(title=document.title, text=rest), " ".join(sentences[asked].split()))
