"""Stems by Snowball's rules, of the languages that have some: `functions` and `function` have the same."""

from functools import cache, lru_cache
from typing import Any

from bloomweaver.analysis.terms import bounded, term_of

_STEMMERS = {
    "ar": "arabic",
    "bs": "serbian",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "eo": "esperanto",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hr": "serbian",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "st": "sesotho",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
"""Snowball's name of a language, by its subtag in BCP 47."""
_BY_SCRIPT: tuple[tuple[range, tuple[str, ...]], ...] = (
    (range(0x0370, 0x0400), ("greek",)),
    (range(0x0400, 0x0530), ("russian", "serbian")),
    (range(0x0530, 0x0590), ("armenian",)),
    (range(0x0590, 0x0600), ("yiddish",)),
    (range(0x0600, 0x0780), ("arabic", "persian")),
    (range(0x0900, 0x0980), ("hindi", "nepali")),
    (range(0x0B80, 0x0C00), ("tamil",)),
    (range(0x1F00, 0x2000), ("greek",)),
)
"""The stemmers of other scripts than the Latin one, by code points."""
_LATIN = (range(0x0250), range(0x1E00, 0x1F00))
_ELSEWHERE = {name for _, names in _BY_SCRIPT for name in names} - {"serbian"}
_OF_LATIN = tuple(sorted({*_STEMMERS.values()} - _ELSEWHERE))
_WORD_MAX_LENGTH = 64
"""What is longer is no word of a language."""
_STEM_MIN_LENGTH = 2
"""One letter is left of words without much in common: they are their own stems."""
_MARK = "0"


def marked(stem: str) -> str:
    """A stem as a term of its own: it is not to be taken for a word that reads like it, perhaps of another language."""
    return bounded(_MARK + stem)


def stemmer_of(language: str | None) -> str | None:
    """The stemmer for text in a language (a tag of BCP 47); none where there is none, or the language is not known."""
    return _STEMMERS.get(language.partition("-")[0].lower()) if language else None


def stem(form: str, stemmer: str) -> str:
    """The letters of the stem of a normal word, without diacritics."""
    found = term_of(_stemmer(stemmer).stemWord(form)) if len(form) <= _WORD_MAX_LENGTH else ""
    return found if len(found) >= _STEM_MIN_LENGTH else term_of(form)


@lru_cache(maxsize=1 << 13)
def stems(form: str) -> tuple[tuple[str, str], ...]:
    """The stem of a normal word by each stemmer of a language that is written like it, with the stemmer's name."""
    if not form or len(form) > _WORD_MAX_LENGTH:
        return ()
    return tuple((stemmer, stem(form, stemmer)) for stemmer in _stemmers_for(ord(form[0])))


def _stemmers_for(letter: int) -> tuple[str, ...]:
    if any(letter in latin for latin in _LATIN):
        return _OF_LATIN
    return next((names for script, names in _BY_SCRIPT if letter in script), ())


@cache
def _stemmer(name: str) -> Any:
    import Stemmer  # here, since most functions have no use for it

    # Without its cache, as words are known with all their terms. It is not safe for threads by itself, but holds the
    # interpreter's lock.
    return Stemmer.Stemmer(name, 0)
