"""Known items of the installed Python's own documentation, which every machine has.

The entry of a class, a function or a method is a document; its summary, the first sentence, is taken out of it and is
the query. The same interpreter gives the same set.
"""

import re
from collections.abc import Iterator, Sequence

from benchmarks.corpus import CorpusDocument
from benchmarks.retrieval.sets import Item, KnownItem, RetrievalSet, of_known_items

SUMMARY_WORDS_AT_LEAST = 4
REST_CHARACTERS_AT_LEAST = 120
"""A shorter rest says too little to be found by."""

_HEADING = re.compile(r"^#{2,3} (?:class )?(?P<name>[\w.]+)(?P<signature>.*)$", re.MULTILINE)
_SUMMARY = re.compile(r"(?P<summary>.+?(?:[.:](?=\s|$)|\n\n|\Z))\s*(?P<rest>.*)", re.DOTALL)


def of_corpus(corpus: Sequence[CorpusDocument]) -> RetrievalSet:
    """The set of the entries in the corpus's documents."""
    return of_known_items("stdlib", (item for document in corpus for item in _entries(document)))


def _entries(document: CorpusDocument) -> Iterator[KnownItem]:
    headings = list(_HEADING.finditer(document.text))
    ends = [*(heading.start() for heading in headings), len(document.text)][1:]
    for heading, end in zip(headings, ends, strict=True):
        name = f"{document.module}.{heading['name']}"
        entry = document.text[heading.end() : end].strip()
        found = _SUMMARY.match(entry)
        if found is None:
            continue
        summary, rest = " ".join(found["summary"].split()), found["rest"]
        if len(summary.split()) >= SUMMARY_WORDS_AT_LEAST and len(rest) >= REST_CHARACTERS_AT_LEAST:
            yield KnownItem(name, Item(title=name, text=f"{name}{heading['signature']}\n\n{rest}"), summary)
