"""Language tags of BCP 47, by the grammar of RFC 5646: checked, and in one spelling.

The registry of subtags is not looked up: a language that it does not have is one without stems.
"""

import re

_TAG = re.compile(
    r"""
    (?P<language>[a-z]{2,3}) (?:-(?P<extlang>[a-z]{3}))?
    (?:-(?P<script>[a-z]{4}))?
    (?:-(?P<region>[a-z]{2}|[0-9]{3}))?
    (?P<variants>(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)
    (?P<extensions>(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*)
    (?P<private>-x(?:-[a-z0-9]{1,8})+)?
    """,
    re.VERBOSE,
)
_PREFERRED = {
    # Subtags of before, as the registry replaces them.
    **{"in": "id", "iw": "he", "ji": "yi", "jw": "jv", "mo": "ro"},
    # ISO 639-2 has three letters for languages that have two in BCP 47.
    **{"ara": "ar", "arm": "hy", "baq": "eu", "bos": "bs", "bul": "bg", "cat": "ca", "ces": "cs", "chi": "zh"},
    **{"cze": "cs", "dan": "da", "deu": "de", "dut": "nl", "ell": "el", "eng": "en", "epo": "eo", "est": "et"},
    **{"eus": "eu", "fas": "fa", "fin": "fi", "fra": "fr", "fre": "fr", "ger": "de", "gle": "ga", "gre": "el"},
    **{"heb": "he", "hin": "hi", "hrv": "hr", "hun": "hu", "hye": "hy", "ind": "id", "ita": "it", "jpn": "ja"},
    **{"kor": "ko", "lit": "lt", "nep": "ne", "nld": "nl", "nno": "nn", "nob": "nb", "nor": "no", "per": "fa"},
    **{"pol": "pl", "por": "pt", "ron": "ro", "rum": "ro", "rus": "ru", "slk": "sk", "slo": "sk", "sot": "st"},
    **{"spa": "es", "srp": "sr", "swe": "sv", "tam": "ta", "tha": "th", "tur": "tr", "ukr": "uk", "vie": "vi"},
    **{"yid": "yi", "zho": "zh"},
}
MAX_LENGTH = 64


def canonical(tag: str) -> str:
    """The tag as RFC 5646 spells it, such as `de-AT` for `DE-at`. Raises `ValueError` for what names no language."""
    found = _TAG.fullmatch(tag.lower()) if tag.isascii() and len(tag) <= MAX_LENGTH else None
    if found is None or _repeats(found):
        raise ValueError(f"{tag[:MAX_LENGTH]!r} is no language tag of BCP 47, such as en, de-AT or zh-Hant")
    # A tag with an extended language is one of that language: zh-yue is yue.
    language = found["extlang"] or found["language"]
    subtags = [_PREFERRED.get(language, language)]
    if found["script"]:
        subtags.append(found["script"].title())
    if found["region"]:
        subtags.append(found["region"].upper())
    return "-".join(subtags) + found["variants"] + found["extensions"] + (found["private"] or "")


def _repeats(found: re.Match[str]) -> bool:
    """Whether a variant or the letter of an extension is there twice, which the grammar alone does not tell."""
    variants = found["variants"].split("-")[1:]
    letters = re.findall(r"-([a-z0-9])(?=-)", found["extensions"])
    return len(set(variants)) < len(variants) or len(set(letters)) < len(letters)
