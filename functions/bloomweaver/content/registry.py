"""Which module extracts which content type. A new content type is one new module here and one line below."""

from importlib import import_module
from typing import Protocol, cast

from bloomweaver.content import agreement
from bloomweaver.content.extracted import ExtractedText, TextBlock
from bloomweaver.content.limits import MAX_WARNING_CHARACTERS, MAX_WARNINGS, check_length
from bloomweaver.content.normalisation import normalise
from bloomweaver.errors import ExtractionFailed

_MODULES = {
    "text/plain": "plain",
    "text/markdown": "markdown",
    "text/html": "html",
    "application/json": "json",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}

CONTENT_TYPES = tuple(_MODULES)
"""The content types that `extract` takes, spelled as they must be given: lower case, without parameters."""


class _Extractor(Protocol):
    """What each module offers: `extract`, which raises `ExtractionFailed` if `data` is not of its content type."""

    def extract(self, data: bytes) -> ExtractedText: ...


def extract(content_type: str, data: bytes) -> ExtractedText:
    """The text of a document, at least one block of it that is not blank.

    Raises `ExtractionFailed`, with a reason that its owner can act on, if no text can be taken from it: it is broken,
    encrypted, empty, too large once unpacked, of another type than it was sent as, or of a content type that is not in
    `CONTENT_TYPES`.
    """
    if content_type not in _MODULES:
        raise ExtractionFailed(f"the content type {content_type!r} is not supported")
    agreement.check(content_type, data)
    # Imported here and not above: a cold start pays for the libraries of one content type instead of all.
    extractor = cast(_Extractor, import_module(f"{__package__}.{_MODULES[content_type]}"))
    extracted = extractor.extract(data)
    texts = ((normalise(block.text), block.page) for block in extracted.blocks)
    blocks = tuple(TextBlock(text, page) for text, page in texts if text.strip())
    if not blocks:
        raise ExtractionFailed("the document has no text")
    check_length(sum(len(block.text) for block in blocks))
    warnings = tuple(warning[:MAX_WARNING_CHARACTERS] for warning in extracted.warnings[:MAX_WARNINGS])
    return ExtractedText(blocks, extracted.markdown, warnings)
