"""Bytes to text: strictly, or not at all."""

import codecs
import re

from bloomweaver.errors import ExtractionFailed

_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}

_DROPPED = {
    # Control characters carry no text; a stray escape or backspace would only upset what reads the chunk later.
    **dict.fromkeys([*range(0x00, 0x09), *range(0x0E, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0)]),
    0x00AD: None,  # The soft hyphen marks where a word may be broken and keeps full-text search from finding it.
    0xFEFF: None,
    0xFFFE: None,
    0xFFFF: None,
}
_LINE_BREAKS = {0x0B: "\n", 0x0C: "\n\n", 0x0D: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n\n"}
_TRANSLATION = _DROPPED | _LINE_BREAKS
_TRAILING_SPACE = re.compile(r"[^\S\n]+$", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n{3,}")


def decode(data: bytes, encoding: str = "utf-8") -> str:
    """The text of `data`: in the encoding that its byte order mark names, or else in `encoding`.

    Raises `ExtractionFailed`, naming the position of the first byte at fault, if the bytes are not in that encoding or
    hold a NUL, which no text does and most binary files do.
    """
    mark = next((mark for mark in _BYTE_ORDER_MARKS if data.startswith(mark)), b"")
    encoding = _BYTE_ORDER_MARKS.get(mark, encoding)
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        raise ExtractionFailed(f"byte {len(mark) + error.start} is not {encoding.upper()}") from error
    if "\0" in text:
        position = len(mark) + len(text[: text.index("\0")].encode(encoding))
        raise ExtractionFailed(f"byte {position} is NUL: the document is binary, or not {encoding.upper()}")
    return text


def clean(text: str) -> str:
    r"""The text with `\n` as its only line break, and without control characters, trailing space in lines, and more
    than one blank line in a row.

    So a document that is saved by another editor keeps the chunks, and with them the vectors, that it had.
    """
    text = text.replace("\r\n", "\n").translate(_TRANSLATION)
    return _BLANK_LINES.sub("\n\n", _TRAILING_SPACE.sub("", text)).strip("\n")
