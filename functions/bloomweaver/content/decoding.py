"""Bytes to text: strictly, or not at all."""

import codecs

from bloomweaver.errors import ExtractionFailed

_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


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
