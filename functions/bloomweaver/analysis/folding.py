"""Folding: what reads the same becomes the same string."""

import unicodedata

_WHITE_SPACE = frozenset("\t\n\x0b\x0c\r\x85")
_CONTROLS = (code for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in _WHITE_SPACE)
_INVISIBLE = (
    *(0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0),
    *range(0x180B, 0x1810),  # variation selectors of Mongolian
    *range(0x200B, 0x2010),  # zero width space, joiner and non-joiner, marks of direction
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    *range(0xFE00, 0xFE10),  # variation selectors
    *range(0xFFF0, 0xFFFC),
    *range(0x1BCA0, 0x1BCA4),
    *range(0x1D173, 0x1D17B),
    *range(0xE0000, 0xE1000),  # tags, and more variation selectors
)
"""What Unicode calls default ignorable: nobody sees it, and it would keep a word from being found."""
_SURROGATES = range(0xD800, 0xE000)
"""A lone one is no character: JSON can spell it, UTF-8 cannot."""
_SIGNS = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u201b\u02bc\u055a"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u00ab\u00bb\u300c\u300d\u300e\u300f"), '"'),
    **dict.fromkeys(map(ord, "\u2010\u2011"), "-"),
}
"""Signs that editors put in the place of those on the keyboard."""
_TRANSLATION = {**dict.fromkeys((*_CONTROLS, *_INVISIBLE, *_SURROGATES)), **_SIGNS}


def normal(text: str) -> str:
    """The text in NFKC without case and invisible marks, with white space as it is. Diacritics stay."""
    if text.isascii():
        return text.lower().translate(_TRANSLATION) if not text.isprintable() else text.lower()
    # Taken apart first: then texts that differ in their normal form alone are the same from here on.
    apart = unicodedata.normalize("NFKD", text).translate(_TRANSLATION)
    return unicodedata.normalize("NFKC", apart.casefold())


def fold(text: str) -> str:
    """The text as two texts are compared that are to mean the same: in NFKC, without case, invisible marks and
    superfluous white space, with typographic apostrophes, quotation marks and hyphens as those on the keyboard.

    Twice is the same as once, and the normal form of the text makes no difference.
    """
    return " ".join(normal(text).split())
