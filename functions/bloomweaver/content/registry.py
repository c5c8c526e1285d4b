"""Which module extracts which content type. A new content type is one new module here and one line below."""

from importlib import import_module
from typing import NamedTuple, Protocol, cast

from bloomweaver.content import agreement
from bloomweaver.content.extracted import ExtractedText, TextBlock
from bloomweaver.content.limits import MAX_WARNING_CHARACTERS, MAX_WARNINGS, check_length
from bloomweaver.content.normalisation import normalise
from bloomweaver.errors import ExtractionFailed

EXTRACTOR_VERSION = 2
"""Raised with every change that takes another text out of the same bytes. An index holds the text of one alone: see
`IndexSettings`."""


class _ContentType(NamedTuple):
    module: str
    """Of this package."""
    extension: str
    """What the name of such a file ends with."""


_TYPES = {
    "text/plain": _ContentType("plain", "txt"),
    "text/markdown": _ContentType("markdown", "md"),
    "text/html": _ContentType("html", "html"),
    "application/json": _ContentType("json", "json"),
    "application/pdf": _ContentType("pdf", "pdf"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": _ContentType("docx", "docx"),
}

CONTENT_TYPES = tuple(_TYPES)
"""The content types that `extract` takes, spelled as they must be given: lower case, without parameters."""


def file_extension(content_type: str) -> str:
    """What the name of a file with such a content ends with; `bin` for a type that is none of ours."""
    return _TYPES[content_type].extension if content_type in _TYPES else "bin"


class _Extractor(Protocol):
    """What each module offers: `extract`, which raises `ExtractionFailed` if `data` is not of its content type."""

    def extract(self, data: bytes) -> ExtractedText: ...


def extract(content_type: str, data: bytes) -> ExtractedText:
    """The text of a document, at least one block of it that is not blank.

    Raises `ExtractionFailed`, with a reason that its owner can act on, if no text can be taken from it: it is broken,
    encrypted, empty, too large once unpacked, of another type than it was sent as, or of a content type that is not in
    `CONTENT_TYPES`.
    """
    if content_type not in _TYPES:
        raise ExtractionFailed(f"the content type {content_type!r} is not supported")
    agreement.check(content_type, data)
    # Imported here and not above: a cold start pays for the libraries of one content type instead of all.
    extractor = cast(_Extractor, import_module(f"{__package__}.{_TYPES[content_type].module}"))
    extracted = extractor.extract(data)
    texts = ((normalise(block.text), block.page) for block in extracted.blocks)
    blocks = tuple(TextBlock(text, page) for text, page in texts if text.strip())
    if not blocks:
        raise ExtractionFailed("the document has no text")
    check_length(sum(len(block.text) for block in blocks))
    warnings = tuple(warning[:MAX_WARNING_CHARACTERS] for warning in extracted.warnings[:MAX_WARNINGS])
    return ExtractedText(blocks, extracted.markdown, warnings)
