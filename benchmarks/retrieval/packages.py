"""Known items of the packages that a Debian system has: a package's long description is the document, its summary the
query."""

import re
from collections.abc import Iterator
from pathlib import Path

from benchmarks.retrieval.sets import Item, KnownItem, RetrievalSet, of_known_items

SUMMARY_WORDS_AT_LEAST = 3
REST_CHARACTERS_AT_LEAST = 150


def read(status: Path) -> RetrievalSet:
    """The set of the file in which dpkg keeps what is installed."""
    return of_known_items("packages", _items(status.read_text(encoding="utf-8")))


def _items(text: str) -> Iterator[KnownItem]:
    for paragraph in text.split("\n\n"):
        name = re.search(r"^Package: (.*)$", paragraph, re.MULTILINE)
        found = re.search(r"^Description: (?P<summary>.*)\n(?P<rest>(?: .*(?:\n|\Z))*)", paragraph, re.MULTILINE)
        if name is None or found is None:
            continue
        rest = "\n".join("" if line == " ." else line[1:] for line in found["rest"].splitlines())
        if len(found["summary"].split()) >= SUMMARY_WORDS_AT_LEAST and len(rest) >= REST_CHARACTERS_AT_LEAST:
            yield KnownItem(name[1], Item(title=name[1], text=rest), found["summary"])
