"""The sentences of a passage, as places in its text."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_CLOSING = r"[\"'”’»)\]」』）】]*"  # noqa: RUF001
_END_OF_SENTENCE = rf"[.!?…؟۔।]{_CLOSING}(?=\s+[^\sa-z])|[。！？]{_CLOSING}"  # noqa: RUF001
_START_OF_ITEM = r"\n(?=[^\S\n]*(?:[-*+•|>#]|\d+[.)])\s)"
_BLANK_LINE = r"\n[^\S\n]*(?=\n)"
_HEADING_LINE = r"(?:\A|(?<=\n))[^\S\n]*#{1,6}[^\S\n][^\n]*"
_DEFINITION = r"\n?[^\S\n]*:[^\S\n]+(?=\S)"
_TERM_LINE = rf"(?:\A|(?<=\n))[^\S\n]*[^\s#:][^\n]{{0,119}}(?={_DEFINITION})(?=\n)"
_BREAK = re.compile(f"{_HEADING_LINE}|{_TERM_LINE}|{_END_OF_SENTENCE}|{_START_OF_ITEM}|{_BLANK_LINE}")
_HEADING = re.compile(r"#{1,6}\s")
_OF_DEFINITION = re.compile(_DEFINITION)
_SIGNS_BEHIND = " #¶:"
"""Of a heading: what closes it, and the link to itself that pages have there."""
_RULE = re.compile(r"[\W_]+")
"""Signs alone, such as a line beneath a heading."""


class Sentence(NamedTuple):
    """A part of a text in code points: from `start` to before `end`, without white space around it."""

    start: int
    end: int
    heading: str | None = None
    """The one within the text that it stands below, or the term that it defines; none where that is above the text."""
    leads: bool = False
    """Whether it is the first below that heading."""


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences and the items of lists, in order. Lines that are broken within a sentence belong together.

    Headings, terms that are defined, and what has no letter are left out.
    """
    heading: str | None = None
    leads = False
    for start, end in _parts(text):
        if mark := _OF_DEFINITION.match(text, start, end):
            start = mark.end()
        said = text[start:end]
        if _HEADING.match(said) or ("\n" not in said and _OF_DEFINITION.match(text, end)):
            heading, leads = " ".join(said.strip(_SIGNS_BEHIND).split()), True
        elif said and not _RULE.fullmatch(said):
            yield Sentence(start, end, heading, leads)
            leads = False


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """What lies between two breaks, without white space around it."""
    start = 0
    for stop in (*(found.end() for found in _BREAK.finditer(text)), len(text)):
        part = text[start:stop]
        yield start + len(part) - len(part.lstrip()), start + len(part.rstrip())
        start = stop
