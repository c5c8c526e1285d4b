"""text/markdown: the text as it is, with its markup, which the chunker reads for headings."""

from bloomweaver.content.decoding import decode
from bloomweaver.content.extracted import ExtractedText, TextBlock


def extract(data: bytes) -> ExtractedText:
    """The Markdown as it is. Raises `ExtractionFailed` if the bytes are no text."""
    return ExtractedText((TextBlock(decode(data)),), markdown=True)
