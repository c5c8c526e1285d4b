"""DOCX: headings, lists, tables, footnotes and text boxes as Markdown."""

from io import BytesIO
from zipfile import ZipFile

import mammoth

from bloomweaver.content.extracted import ExtractedText, TextBlock
from bloomweaver.content.html import to_markdown
from bloomweaver.content.limits import MEBIBYTE
from bloomweaver.errors import ExtractionFailed

MAX_XML_BYTES = 32 * MEBIBYTE
MAX_XML_TAGS = 500_000
"""Of all XML parts of the file together: some 600 full pages. The parser takes up to 1 KiB of memory for a tag, which
may be four bytes long."""

_OLE_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
_STYLES = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p:fresh"


def extract(data: bytes) -> ExtractedText:
    """The document as Markdown. Raises `ExtractionFailed` if it is encrypted, broken, or too large once unpacked."""
    if data.startswith(_OLE_SIGNATURE):
        raise ExtractionFailed("the DOCX document is encrypted, or in the older DOC format")
    try:
        _check_size(data)
        html = mammoth.convert_to_html(
            BytesIO(data),
            style_map=_STYLES,
            include_embedded_style_map=False,
            # By default an image becomes its bytes in base64, only to be dropped again.
            convert_image=mammoth.images.img_element(lambda _image: {}),
        ).value
    except ExtractionFailed:
        raise
    except Exception as error:
        # On a malformed file zipfile, expat and mammoth raise whatever they run into (BadZipFile, KeyError, zlib.error,
        # ExpatError, RecursionError ...), and none of them lists it.
        raise ExtractionFailed(f"the DOCX document is broken: {type(error).__name__}: {error}") from error
    return ExtractedText((TextBlock(to_markdown(html)),), markdown=True)


def _check_size(data: bytes) -> None:
    """Raise `ExtractionFailed` if the XML in the file is more than the parser should be given."""
    with ZipFile(BytesIO(data)) as archive:
        parts = [part for part in archive.infolist() if part.filename.endswith((".xml", ".rels"))]
        # Sizes as declared, which bound the reading: zipfile stops there, whatever the compressed data goes on to say.
        if sum(part.file_size for part in parts) > MAX_XML_BYTES:
            raise ExtractionFailed(f"the DOCX document unpacks to more than {MAX_XML_BYTES // MEBIBYTE} MiB of XML")
        if sum(archive.read(part).count(b"<") for part in parts) > MAX_XML_TAGS:
            raise ExtractionFailed(f"the DOCX document has more than {MAX_XML_TAGS:,} XML tags")
