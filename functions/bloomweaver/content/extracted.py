"""What an extractor returns: the text of a document, in order, and what is known of its structure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TextBlock:
    """A run of text, and the page it stands on (from 1) if the document has pages."""

    text: str
    page: int | None = None


@dataclass(frozen=True)
class ExtractedText:
    """The text of a document. `markdown` says whether its blocks are Markdown, so that `#` starts a heading.

    `warnings` are sentences for its owner about what could not be taken from it.
    """

    blocks: tuple[TextBlock, ...]
    markdown: bool = False
    warnings: tuple[str, ...] = ()
