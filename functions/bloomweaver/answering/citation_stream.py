"""Turns what a model writes, as it comes, into words and citations.

A model cites by keys in brackets, `[ref-k3m9qa]`, several in one pair of brackets or one after the other. It may take
other brackets, leave them out, write keys in capitals, or make keys up. What it makes up is taken out with its
brackets; anything else is left as it is. However the stream is cut into pieces, what comes out is the same, and nothing
that may yet become a key comes out before that is known.
"""

from collections.abc import Iterator, Mapping
from enum import Enum, auto
from typing import NamedTuple

from bloomweaver.answering.keys import LENGTH, PREFIX
from bloomweaver.chats.message import Cited, Words

_CLOSING = {"[": "]", "(": ")", "【": "】", "［": "］", "〔": "〕", "（": "）"}  # noqa: RUF001
_SEPARATORS = ",;、，；"  # noqa: RUF001
_SPACES = " \t\u00a0"
GROUP_MAX_CHARACTERS = 400
"""Of the keys in one pair of brackets, with what is between them. What goes on for longer is text."""


class _Unknown(Enum):
    """What a place in the text may be where there is no citation to be seen."""

    TEXT = auto()
    """It is none, whatever follows."""
    UNDECIDED = auto()
    """It depends on what follows."""


class _Found(NamedTuple):
    """A citation: its keys in small letters, and the first character after it."""

    keys: list[str]
    end: int


class CitationStream:
    """Takes the pieces of one answer in their order."""

    def __init__(self, places: Mapping[str, int]) -> None:
        """`places` are those of the passages that were given, by key."""
        self._places = places
        self._held = ""
        self._before = ""
        """The last character that was let go."""
        self.made_up = 0
        """How many keys were cited that were not given."""

    def feed(self, piece: str) -> Iterator[Words | Cited]:
        """What can be said with this piece. Words that come one after the other belong together."""
        self._held += piece
        return self._let_go(final=False)

    def end(self) -> Iterator[Words | Cited]:
        """What was held back, now that nothing follows."""
        return self._let_go(final=True)

    def _let_go(self, *, final: bool) -> Iterator[Words | Cited]:
        text, self._held = self._held, ""
        said, at = 0, 0
        while at < len(text):
            found = self._look(text, at, final=final)
            if found is _Unknown.TEXT:
                self._before = text[at]
                at += 1
                continue
            if at > said:
                yield Words(text=text[said:at])
            if found is _Unknown.UNDECIDED:
                self._held = text[at:]
                return
            assert isinstance(found, _Found)
            known = [key for key in found.keys if key in self._places]
            self.made_up += len(found.keys) - len(known)
            if known:
                yield Cited(references=tuple(dict.fromkeys(self._places[key] for key in known)))
            self._before = text[found.end - 1]
            at = said = found.end
        if at > said:
            yield Words(text=text[said:at])

    def _look(self, text: str, at: int, *, final: bool) -> _Found | _Unknown:
        """Whether a citation begins at this place."""
        first = text[at]
        if first in _CLOSING:
            found = _group(text, at)
        elif first in "rR" and not _is_word(self._before):
            found = _bare(text, at, final=final)
        else:
            return _Unknown.TEXT
        return _Unknown.TEXT if found is _Unknown.UNDECIDED and final else found


def _group(text: str, at: int) -> _Found | _Unknown:
    """Keys in brackets, which open at this place."""
    closing = _CLOSING[text[at]]
    keys: list[str] = []
    place = at + 1
    while True:
        place = _skip(text, place, _SPACES)
        if place - at > GROUP_MAX_CHARACTERS:
            return _Unknown.TEXT
        key = _key(text, place)
        if isinstance(key, _Unknown):
            return key
        keys.append(key)
        after = place + len(key)
        place = _skip(text, after, _SPACES)
        if place == len(text):
            return _Unknown.UNDECIDED
        if text[place] == closing:
            return _Found(keys, place + 1)
        separated = _skip(text, place, _SPACES + _SEPARATORS)
        if separated == after:
            return _Unknown.TEXT
        place = separated


def _bare(text: str, at: int, *, final: bool) -> _Found | _Unknown:
    """A key without brackets: it is a word of its own."""
    key = _key(text, at)
    if isinstance(key, _Unknown):
        return key
    end = at + len(key)
    if end == len(text) and not final:
        return _Unknown.UNDECIDED
    return _Unknown.TEXT if end < len(text) and _is_word(text[end]) else _Found([key], end)


def _key(text: str, at: int) -> str | _Unknown:
    """The key at this place. One that was made up may have letters that no key has."""
    size = len(PREFIX) + LENGTH
    found = text[at : at + size].lower()
    prefix, rest = found[: len(PREFIX)], found[len(PREFIX) :]
    if not PREFIX.startswith(prefix) or not all(letter.isascii() and letter.isalnum() for letter in rest):
        return _Unknown.TEXT
    return found if len(found) == size else _Unknown.UNDECIDED


def _skip(text: str, at: int, characters: str) -> int:
    """The first place from `at` on that has none of the characters."""
    while at < len(text) and text[at] in characters:
        at += 1
    return at


def _is_word(character: str) -> bool:
    return character.isalnum() or character in ("_", "-")
