"""What every extracted text goes through, whatever it was taken from: the same text as people see it is one string.

Only what looks the same becomes the same. Other compatibility characters stay: 10² is not 102.
"""

import re
import unicodedata

_DROPPED = {
    # Control characters carry no text; a stray escape or backspace would only upset what reads the chunk later.
    **dict.fromkeys([*range(0x00, 0x09), *range(0x0E, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0)]),
    # Marks that nobody sees, within words, which keep a search from finding them.
    **dict.fromkeys([0x00AD, 0x034F, 0x200B, *range(0x2060, 0x2065), 0xFEFF, *range(0xFFF9, 0xFFFC)]),
    # Marks of direction: an override would show a text in another order than it has. Letters know their own direction.
    **dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x2070)]),
    **dict.fromkeys([0xFFFE, 0xFFFF]),
}
_LINE_BREAKS = {0x0B: "\n", 0x0C: "\n\n", 0x0D: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n\n"}
_SPACES = dict.fromkeys([0x00A0, 0x2007, 0x202F], " ")


def _presentation_forms() -> dict[int, str]:
    """Ligatures and the shapes of letters, each with its letters."""
    forms = {}
    for code in (*range(0xFB00, 0xFB50), *range(0xFB50, 0xFE00), *range(0xFE70, 0xFEFF)):
        letters = unicodedata.normalize("NFKC", chr(code))
        # Not the plus sign of Hebrew typesetting, which is no letter. An isolated vowel mark comes with a space to
        # stand on, which would cut the word that it stands in.
        if letters != chr(code) and code != 0xFB29:
            forms[code] = letters if " " in letters.strip() else letters.replace(" ", "")
    return forms


_TRANSLATION = _DROPPED | _LINE_BREAKS | _SPACES | _presentation_forms()

_JOINED_SCRIPTS = (
    "\u0600-\u07ff\u0840-\u08ff"  # Arabic, Syriac, Thaana, N'Ko, Mandaic
    "\u0900-\u0dff"  # the scripts of India, and Sinhala
    "\u0e00-\u109f\u1700-\u18af\u1900-\u1aaf\u1b00-\u1c4f"  # Thai to Myanmar, the Philippines, Khmer, Mongolian, ...
    "\ua800-\ua82f\ua840-\ua8ff\ua980-\ua9df\uaa00-\uaaff\uabc0-\uabff"
    "\U00010a00-\U00010a5f\U00010ac0-\U00010aff\U00011000-\U00011fff\U0001e900-\U0001e95f"
)
"""Scripts in which a joiner or non-joiner changes what is read: those with cursive letters or conjuncts."""
_EMOJI = "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\ufe0f\U0001f000-\U0001faff"
_TAG = "\U000e0020-\U000e007f"
_USELESS_JOINERS = re.compile(
    rf"(?<![{_JOINED_SCRIPTS}])\u200c"
    rf"|(?<![{_JOINED_SCRIPTS}{_EMOJI}])\u200d"
    rf"|(?<=[{_EMOJI}])\u200d(?![{_EMOJI}])"
    r"|(?<![\u1800-\u18af])\u180e"  # The vowel separator of Mongolian.
)
_TAGS = re.compile(rf"(\U0001f3f4[{_TAG}]+\U000e007f)|[\U000e0000-\U000e007f]")
"""Letters that nobody sees; only in the flags of a few regions do they show."""

_TRAILING_SPACE = re.compile(r"[^\S\n]+$", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n{3,}")


def normalise(text: str) -> str:
    r"""The text in NFC, with its ligatures and presentation forms as letters, no-break spaces as spaces, and without
    invisible marks; with `\n` as its only line break, and without control characters, trailing space in lines, and more
    than one blank line in a row. Twice is the same as once.

    So a document that is saved by another editor keeps the chunks, and with them the vectors, that it had.
    """
    text = text.replace("\r\n", "\n").translate(_TRANSLATION)
    text = _TAGS.sub(r"\1", text)
    text = unicodedata.normalize("NFC", _USELESS_JOINERS.sub("", text))
    return _BLANK_LINES.sub("\n\n", _TRAILING_SPACE.sub("", text)).strip("\n")
