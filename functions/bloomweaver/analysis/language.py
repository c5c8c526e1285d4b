"""Which language a text is in, by CLD2: no network, and the same answer each time."""

from functools import cache
from typing import Any

PART_CHARACTERS = 2_000
"""Of each of the three parts of a long text that are looked at: a licence in English may stand before anything."""
_TAGS = {"iw": "he", "in": "id", "ji": "yi", "jw": "jv", "sh": "sr"}
"""What CLD2 calls by subtags of before, as BCP 47 has them now."""
_UNKNOWN = "un"


def detect_language(text: str) -> str | None:
    """The language of a text, or of most of it, as a tag of BCP 47 without region or script; none if that is not sure.

    At most three times `PART_CHARACTERS` of it are looked at: its start, its middle and its end.
    """
    import pycld2  # here, since most functions have no use for it, and one has it

    letters = " ".join(_not_letters().sub(" ", text) for text in _parts(text)).encode()
    if not letters.strip():
        return None
    reliable, _, found = pycld2.detect(letters)
    language: str = found[0][1].partition("-")[0]
    if not reliable or language == _UNKNOWN or not 2 <= len(language) <= 3:
        return None
    return _TAGS.get(language, language)


def _parts(text: str) -> list[str]:
    if len(text) <= 3 * PART_CHARACTERS:
        return [text]
    middle = (len(text) - PART_CHARACTERS) // 2
    return [text[:PART_CHARACTERS], text[middle : middle + PART_CHARACTERS], text[-PART_CHARACTERS:]]


@cache
def _not_letters() -> Any:
    import regex

    # Digits and signs say nothing of the language, and CLD2 refuses control characters.
    return regex.compile(r"[^\p{L}\p{M}]+")
