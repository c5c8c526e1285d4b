"""application/pdf: the text of each page, with its page number."""

import logging
from collections.abc import Iterator
from io import BytesIO

from pypdf import PdfReader, apply_configuration
from pypdf.errors import DependencyError, LimitReachedError

from bloomweaver.content.decoding import clean
from bloomweaver.content.extracted import ExtractedText, TextBlock
from bloomweaver.content.limits import MEBIBYTE
from bloomweaver.errors import ExtractionFailed

MAX_STREAM_BYTES = 16 * MEBIBYTE
"""Of one stream once decoded."""
MAX_CONTENT_BYTES = 64 * MEBIBYTE
"""Of the drawing instructions of all pages together, once decoded."""
MAX_OPERATIONS = 5_000_000
"""Drawing instructions carried out, those in forms that pages draw again and again included; about 10 us each."""

# It warns of each flaw of a malformed file, thousands of times in some.
logging.getLogger("pypdf").setLevel(logging.ERROR)


def extract(data: bytes) -> ExtractedText:
    """The pages that have text, a block each.

    A document that is encrypted but opens without a password, as one does that only forbids printing, is read. Raises
    `ExtractionFailed` if it asks for a password, is broken, has no text (scanned pages), or is too large once unpacked.
    """
    limits = apply_configuration(
        array_based_stream_maximum_output_length=MAX_STREAM_BYTES,
        brotli_maximum_output_length=MAX_STREAM_BYTES,
        lzw_maximum_output_length=MAX_STREAM_BYTES,
        run_length_maximum_output_length=MAX_STREAM_BYTES,
        zlib_maximum_output_length=MAX_STREAM_BYTES,
        stream_decoding_work_maximum_length=4 * MAX_STREAM_BYTES,
        disable_legacy_handling=True,
    )
    try:
        with limits:
            reader = PdfReader(BytesIO(data))
            if reader.is_encrypted and not reader.decrypt(""):
                raise ExtractionFailed("the PDF document is encrypted and asks for a password")
            blocks = tuple(_pages(reader))
    except ExtractionFailed:
        raise
    except LimitReachedError as error:
        raise ExtractionFailed(f"the PDF document is too large once unpacked: {error}") from error
    except DependencyError as error:
        raise ExtractionFailed(f"the PDF document needs a library that is not installed here: {error}") from error
    except Exception as error:
        # pypdf.errors says it: "broken PDF files might cause other Exceptions".
        raise ExtractionFailed(f"the PDF document is broken: {type(error).__name__}: {error!s:.200}") from error
    if not any(block.text for block in blocks):
        raise ExtractionFailed("the PDF document has no text: scanned pages need text recognition (OCR) first")
    return ExtractedText(blocks)


def _pages(reader: PdfReader) -> Iterator[TextBlock]:
    """The pages in order, stopped with `ExtractionFailed` where they go beyond what a document may ask for."""
    content_bytes = operations = 0

    def count_operation(*_: object) -> None:
        nonlocal operations
        operations += 1
        if operations > MAX_OPERATIONS:
            raise ExtractionFailed(f"the PDF document takes more than {MAX_OPERATIONS:,} drawing operations")

    for number, page in enumerate(reader.pages, start=1):
        contents = page.get_contents()
        content_bytes += len(contents.get_data()) if contents is not None else 0
        if content_bytes > MAX_CONTENT_BYTES:
            raise ExtractionFailed(f"the pages of the PDF document unpack to more than {MAX_CONTENT_BYTES >> 20} MiB")
        text = page.extract_text(visitor_operand_before=count_operation)
        # A font's table may give a character beyond U+FFFF as two halves, or only one of them.
        yield TextBlock(clean(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")), number)
