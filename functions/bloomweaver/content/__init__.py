"""Takes the text out of a document, whatever its content type: `extract` and the list of what it accepts."""

from bloomweaver.content.extracted import ExtractedText, TextBlock
from bloomweaver.content.registry import CONTENT_TYPES, extract

EXTRACTOR_VERSION = 2
"""Grows by one when the text that is taken from some content changes: what an older one took differs then."""

__all__ = ["CONTENT_TYPES", "EXTRACTOR_VERSION", "ExtractedText", "TextBlock", "extract"]
