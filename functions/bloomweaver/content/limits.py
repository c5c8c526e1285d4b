"""How large a document may become while it is unpacked, and how that is enforced."""

from bloomweaver.errors import ExtractionFailed

MAX_CHARACTERS = 20_000_000
"""Of text in one document: some 20,000 chunks. A small file can unfold to far more than its own size."""

MAX_WARNINGS = 20
MAX_WARNING_CHARACTERS = 500
"""Of one document: they are kept on its record, which everything that is done to the document reads and writes."""

MEBIBYTE = 1024 * 1024


def check_length(characters: int) -> None:
    """Raise `ExtractionFailed` if a text of so many characters is longer than a document may be."""
    if characters > MAX_CHARACTERS:
        raise ExtractionFailed(f"the document has more than {MAX_CHARACTERS:,} characters of text")
