"""The sentences of a passage, as places in its text."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_CLOSING = r"[\"'”’»)\]」』）】]*"  # noqa: RUF001
_END_OF_SENTENCE = rf"[.!?…؟۔।]{_CLOSING}(?=\s+[^\sa-z])|[。！？]{_CLOSING}"  # noqa: RUF001
_START_OF_ITEM = r"\n(?=[^\S\n]*(?:[-*+•|>#]|\d+[.)])\s)"
_BLANK_LINE = r"\n[^\S\n]*(?=\n)"
_BREAK = re.compile(f"{_END_OF_SENTENCE}|{_START_OF_ITEM}|{_BLANK_LINE}")
_HEADING = re.compile(r"#{1,6}\s")
_RULE = re.compile(r"[\W_]+")
"""Signs alone, such as a line beneath a heading."""


class Sentence(NamedTuple):
    """A part of a text in code points: from `start` to before `end`, without white space around it."""

    start: int
    end: int


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences and the items of lists, in order. Lines that are broken within a sentence belong together; headings
    and what has no letter are left out."""
    start = 0
    for found in _BREAK.finditer(text):
        yield from _sentence(text, start, found.end())
        start = found.end()
    yield from _sentence(text, start, len(text))


def _sentence(text: str, start: int, end: int) -> Iterator[Sentence]:
    part = text[start:end]
    begins = start + len(part) - len(part.lstrip())
    ends = start + len(part.rstrip())
    said = text[begins:ends]
    if said and not _HEADING.match(said) and not _RULE.fullmatch(said):
        yield Sentence(begins, ends)
