"""Takes the text out of a document, whatever its content type: `extract` and the list of what it accepts."""

from bloomweaver.content.extracted import ExtractedText, TextBlock
from bloomweaver.content.registry import CONTENT_TYPES, EXTRACTOR_VERSION, extract, file_extension

__all__ = ["CONTENT_TYPES", "EXTRACTOR_VERSION", "ExtractedText", "TextBlock", "extract", "file_extension"]
