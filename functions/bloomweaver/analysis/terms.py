"""Terms: the letters and digits of a word, without diacritics, in a length that every store keeps.

Stores cut what they index at anything else, and leave out what is long: Pinecone above 40 characters, LanceDB from 40
bytes on. So a longer term is its start and a digest.
"""

import hashlib
import re
import unicodedata
from functools import cache
from typing import Any

TERM_MAX_BYTES = 39
"""In UTF-8."""
_DIGEST_BYTES = 8

_DIACRITICS = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"  # vowel points of Hebrew
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]+"  # of Arabic
)
"""Marks that are often left out when typing. Not those of other scripts, whose words are nothing without them."""
_PLAIN_LETTERS = str.maketrans(
    {
        **{"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "\u0131": "i", "þ": "th", "æ": "ae", "œ": "oe"},
        # Of Arabic, the final forms of yeh and heh, the letters of Persian keyboards, and what only stretches a word.
        **{"\u0649": "\u064a", "\u06cc": "\u064a", "\u06a9": "\u0643", "\u0629": "\u0647", "\u0640": ""},
    }
)
"""Letters with a sign of their own that Unicode does not take apart, and letters that are typed for each other."""
_DIGIT = re.compile(r"\d")  # of any script


def bare(word: str) -> str:
    """The letters and digits of a normal word, without diacritics: what is compared. Empty if there is none."""
    if word.isascii() and word.isalnum():
        return word
    apart = _DIACRITICS.sub("", unicodedata.normalize("NFD", word))
    plain = unicodedata.normalize("NFC", apart).translate(_PLAIN_LETTERS)
    ours = _DIGIT.sub(lambda digit: str(int(digit[0])), plain)
    kept: str = _neither_letter_nor_digit().sub("", ours)
    return kept.lower()


@cache
def _neither_letter_nor_digit() -> Any:
    import regex  # here, since most functions have no use for it

    return regex.compile(r"[^\p{Alphabetic}\p{N}]+")


def bounded(term: str) -> str:
    """The letters and digits, or their start and a digest of them."""
    if len(term) * 4 <= TERM_MAX_BYTES or len(encoded := term.encode()) <= TERM_MAX_BYTES:
        return term
    digest = hashlib.blake2b(encoded, digest_size=_DIGEST_BYTES).hexdigest()
    return encoded[: TERM_MAX_BYTES - len(digest)].decode(errors="ignore") + digest


def term_of(word: str) -> str:
    """The term of a normal word. Empty if it has no letter or digit."""
    return bounded(bare(word))
