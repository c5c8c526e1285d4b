"""DOCX: headings, lists, tables, footnotes and text boxes as Markdown, with headers and footers once."""

import mammoth

from bloomweaver.content.docx.body import Styles, prepare
from bloomweaver.content.docx.margins import read_margins
from bloomweaver.content.docx.package import MAX_XML_BYTES, MAX_XML_TAGS, parse, read_parts, value, write_parts
from bloomweaver.content.extracted import ExtractedText, TextBlock
from bloomweaver.content.html import to_markdown
from bloomweaver.errors import ExtractionFailed

__all__ = ["MAX_XML_BYTES", "MAX_XML_TAGS", "extract"]

_OLE_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
_STYLES = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p:fresh"


def extract(data: bytes) -> ExtractedText:
    """The document as Markdown: its headers first, its footers last, each once and called so.

    Raises `ExtractionFailed` if it is encrypted, broken, or too large once unpacked.
    """
    if data.startswith(_OLE_SIGNATURE):
        raise ExtractionFailed("the DOCX document is encrypted, or in the older DOC format")
    try:
        parts = read_parts(data)
        document = _document(parts)
        styles = Styles(parts.get("word/styles.xml"))
        margins = read_margins(parts, document, styles)
        prepared = {
            name: prepare(part, styles) if name.startswith("word/") and name.endswith(".xml") else part
            for name, part in parts.items()
        }
        html = mammoth.convert_to_html(
            write_parts(prepared),
            style_map=_STYLES,
            include_embedded_style_map=False,
            # By default an image becomes its bytes in base64, only to be dropped again.
            convert_image=mammoth.images.img_element(lambda _image: {}),
        ).value
    except ExtractionFailed:
        raise
    except Exception as error:
        # On a malformed file zipfile, lxml, expat and mammoth raise whatever they run into (BadZipFile, KeyError,
        # zlib.error, ExpatError, RecursionError ...), and none of them lists it.
        raise ExtractionFailed(f"the DOCX document is broken: {type(error).__name__}: {error}") from error
    headers = [f"Header: {text}" for text in margins.headers]
    footers = [f"Footer: {text}" for text in margins.footers]
    return ExtractedText((TextBlock("\n\n".join([*headers, to_markdown(html), *footers])),), markdown=True)


def _document(parts: dict[str, bytes]) -> str:
    """The name of the part with the body of the document."""
    for relationship in parse(parts["_rels/.rels"]):
        if (value(relationship, "Type") or "").endswith("/officeDocument"):
            return (value(relationship, "Target") or "").removeprefix("/")
    return "word/document.xml"
