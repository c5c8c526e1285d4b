"""text/plain: UTF-8, or UTF-16 with a byte order mark."""

from bloomweaver.content.decoding import decode
from bloomweaver.content.extracted import ExtractedText, TextBlock


def extract(data: bytes) -> ExtractedText:
    """The text as it is. Raises `ExtractionFailed` if the bytes are no text."""
    return ExtractedText((TextBlock(decode(data)),))
