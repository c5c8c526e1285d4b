"""The words of a normal text as Unicode has them (UAX #29), each with the term that it is compared by, and a few more:

- A *compound* is words with signs between them and no space, such as `node.js`, `foo_bar`, `AT&T`, `utf-8` or an
  address. UAX #29 keeps some of them together and cuts others; here it is both, its parts and one word.
- Signs that make another word are spelt: `C++`, `F#`, `.NET`.
- A *run* is letters of a script that has no spaces between words, for which UAX #29 asks for a dictionary, or of
  Korean, which has more between two spaces than what is looked for. Its words are each two letters beside each other.
- An emoji is a word: it can be looked for.

A colon separates, as UAX #29 allows: mostly it stands between two words, as in `title:x`.
"""

import re
from collections.abc import Iterator
from enum import Enum, auto
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

from bloomweaver.analysis.terms import bare, bounded

_RUN = r"[[\p{Ideographic}\p{Hiragana}\p{Bopomofo}\p{Hangul}\p{LB=SA}\p{WB=Katakana}]&&[\p{Alphabetic}\p{M}]]"
_LETTER = rf"[[\p{{WB=ALetter}}\p{{WB=Hebrew_Letter}}\p{{N}}]--{_RUN}]"
_ATOM = rf"(?:[a-z0-9]+\p{{M}}*+|{_LETTER}\p{{M}}*+)++"
_JOIN = r"(?:\p{Pc}+|[-.@&\u00b7\u05f4]|(?<=\p{N})[,'](?=\p{N})|(?<!\p{N})'(?!\p{N}))"
_TOKEN = rf"""(?V1)(?P<run>{_RUN}++)|(?P<emoji>\p{{RI}}\p{{RI}}|\p{{Extended_Pictographic}})|
(?P<dot>(?<![\w.])\.)?+(?P<compound>{_ATOM}(?:{_JOIN}{_ATOM})*+)(?P<sign>\+\+(?!\+)|\+(?![\w+])|\#(?![\w#]))?+"""

_SPELT = {"@": "at", "&": "and", ".": "dot", "+": "plus", "++": "plusplus", "#": "sharp"}
SPELT_SIGNS = ("plus", "sharp")
"""How a word ends that has a sign."""
_WITHIN_NAMES = "@&"
"""Spelt between any two words, as in `AT&T`; others are left out, as in `nodejs` and `utf8`."""
_VERSION = re.compile(r"v[0-9]")
"""A number that is looked for with its `v` and without."""
_BETWEEN_NUMBERS = {".": "dot", "-": "dash", ",": "comma", "'": "quote", "_": "underscore"}
"""Without them `1.11` would be `11.1`."""
_LOOSE = "-@&"
"""What UAX #29 cuts at: the parts between them are compounds of their own, as `example.com` is in an address."""
_GROUPED = re.compile(r"[0-9]{3}(?![0-9])")
"""What follows a comma in `1,000`."""


_BEFORE = "()[]{}<>!?,;:'\"*_-/=|`~^$%&@#\\"
_BEHIND = _BEFORE.replace("#", ".")
"""Signs that mean nothing there."""


class Kind(Enum):
    """What a piece of text is."""

    WORD = auto()
    """A word, or a part of a compound."""
    COMPOUND = auto()
    """Several words as one."""
    BASE = auto()
    """A word without the sign that belongs to it."""
    CLITIC = auto()
    """A letter at an apostrophe, as in `don't` and `l'eau`: it belongs to a phrase, and is no term."""
    PAIR = auto()
    """Two letters of a run."""
    SINGLE = auto()
    """One letter of a run."""
    LONE = auto()
    """The letter of a run that has no other."""


class Piece(NamedTuple):
    """A piece of text with its term."""

    start: int
    end: int
    kind: Kind
    term: str
    form: str = ""
    """Of a word without digits, the normal form that it has a stem of."""


def split(normal: str) -> Iterator[tuple[int, str]]:
    """The text between spaces, with its places: no word goes over a space."""
    return ((found.start(), found[0]) for found in _BETWEEN_SPACES.finditer(normal))


_BETWEEN_SPACES = re.compile(r"\S+")


def pieces(part: str) -> tuple[Piece, ...]:
    """The pieces of a normal text without spaces, in order; a compound comes before its parts."""
    core = part.lstrip(_BEFORE).rstrip(_BEHIND)
    if core.isascii() and core.isalnum():  # nearly all
        start = part.index(core)
        return (Piece(start, start + len(core), Kind.WORD, bounded(core), core if core.isalpha() else ""),)
    found: list[Piece] = []
    for token in _token().finditer(part):
        match token.lastgroup:
            case "run":
                found += _run(token.start(), token["run"])
            case "emoji":
                spelt = "".join(f"u{ord(sign):x}" for sign in token["emoji"])
                found.append(Piece(token.start(), token.end(), Kind.WORD, spelt))
            case _:
                found += _compound(token)
    return tuple(piece for piece in found if piece.term)


@cache
def _token() -> Any:
    import regex  # here, since most functions have no use for it

    return regex.compile(_TOKEN.replace("\n", ""))


@cache
def _atom() -> Any:
    import regex

    return regex.compile(rf"(?V1){_ATOM}")


def _word(start: int, form: str, kind: Kind = Kind.WORD) -> Piece:
    term = bare(form)
    has_stem = not any(map(str.isdigit, term))
    return Piece(start, start + len(form), kind, bounded(term), form if has_stem else "")


def _run(start: int, run: str) -> Iterator[Piece]:
    """The letters of a run, each with its marks, and each two of them."""
    letters = [(start + place, term) for place, letter in enumerate(run) if (term := bare(letter))]
    if len(letters) == 1:
        place, term = letters[0]
        yield Piece(place, place + 1, Kind.LONE, term)
        return
    for number, (place, term) in enumerate(letters):
        yield Piece(place, place + 1, Kind.SINGLE, term)
        if number + 1 < len(letters):
            after, other = letters[number + 1]
            yield Piece(place, after + 1, Kind.PAIR, term + other)


def _compound(token: Any) -> Iterator[Piece]:
    """A compound with its parts; of a word without signs, the word alone."""
    text, start, sign = token["compound"], token.start("compound"), token["sign"]
    atoms = [atom.span() for atom in _atom().finditer(text)]
    first, last = atoms[0], atoms[-1]
    if len(atoms) > 1:
        for group in dict.fromkeys(((0, len(atoms)), *_groups(text, atoms))):
            term = _spelt(text, atoms[slice(*group)])
            begins, ends = atoms[group[0]][0], atoms[group[1] - 1][1]
            if sign and group[1] == len(atoms):
                term, ends = term + _SPELT[sign], ends + len(sign)
            yield Piece(start + begins, start + ends, Kind.COMPOUND, bounded(term))
            if _VERSION.match(term):
                yield Piece(start + begins + 1, start + ends, Kind.COMPOUND, bounded(term[1:]))
    if token["dot"]:
        yield Piece(start - 1, start + first[1], Kind.COMPOUND, bounded(_SPELT["."] + bare(text[: first[1]])))
    for atom in atoms:
        form = text[slice(*atom)]
        if sign and atom is last:
            yield Piece(start + atom[0], token.end(), Kind.WORD, bounded(bare(form) + _SPELT[sign]))
            yield _word(start + atom[0], form, Kind.BASE)
        elif len(form) == 1 and "'" in text[max(0, atom[0] - 1) : atom[1] + 1]:
            yield _word(start + atom[0], form, Kind.CLITIC)
        else:
            yield _word(start + atom[0], form)


def _groups(text: str, atoms: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Of the parts of a compound those that UAX #29 has together, where there are several: as a range of `atoms`."""
    begin = 0
    for number in range(1, len(atoms) + 1):
        if number == len(atoms) or text[atoms[number][0] - 1] in _LOOSE:
            if number - begin > 1:
                yield begin, number
            begin = number


def _spelt(text: str, atoms: list[tuple[int, int]]) -> str:
    """Atoms beside each other as one term."""
    spelt = bare(text[slice(*atoms[0])])
    for (_, before), (after, end) in pairwise(atoms):
        sign = text[before]
        numbers = text[before - 1].isdigit() and text[after].isdigit()
        if sign in _WITHIN_NAMES:
            spelt += _SPELT[sign]
        elif numbers and not (sign in ",'" and _GROUPED.match(text, after)):
            spelt += _BETWEEN_NUMBERS.get(sign, "")
        spelt += bare(text[after:end])
    return spelt
