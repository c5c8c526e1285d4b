"""Whether a content is what its content type says, as far as its first bytes tell.

An extractor would say of a page that came as a PDF that the PDF is broken; its sender looks for the fault elsewhere.
"""

import json
import re
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from bloomweaver.errors import ExtractionFailed

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_LABELS = {
    "text/plain": "plain text",
    "text/markdown": "Markdown",
    "text/html": "HTML",
    "application/json": "JSON",
    "application/pdf": "PDF",
    DOCX: "DOCX",
}

_HEAD = 2048
_FILES_NAMED = 3
_SIGNATURES = (
    (re.compile(rb"%PDF-\d"), "a PDF document"),
    (re.compile(rb"PK(?:\x03\x04|\x05\x06|\x07\x08)"), "a ZIP archive"),
    (re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "an older or encrypted Office document"),
    (re.compile(rb"\{\\rtf\d"), "an RTF document"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "a PNG image"),
    (re.compile(rb"\xff\xd8\xff"), "a JPEG image"),
    (re.compile(rb"GIF8[79]a"), "a GIF image"),
    (re.compile(rb"II\*\0|MM\0\*"), "a TIFF image"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "a WebP image"),
    (re.compile(rb".{4}ftyp", re.DOTALL), "a video, a recording or a HEIC image"),
    (re.compile(rb"%!PS"), "a PostScript document"),
    (re.compile(rb"\x1f\x8b"), "compressed by gzip"),
    (re.compile(rb"BZh[1-9]1AY&SY"), "compressed by bzip2"),
    (re.compile(rb"\xfd7zXZ\0"), "compressed by xz"),
    (re.compile(rb"\x28\xb5\x2f\xfd"), "compressed by zstd"),
    (re.compile(rb"7z\xbc\xaf\x27\x1c"), "a 7z archive"),
    (re.compile(rb"Rar!\x1a\x07"), "a RAR archive"),
    (re.compile(rb"SQLite format 3\0"), "an SQLite database"),
    (re.compile(rb"PAR1\x15"), "a Parquet file"),
    (re.compile(rb"\x7fELF"), "a program"),
)
_HTML = re.compile(
    rb"(?:\s|<\?xml[^>]*>|<!--.*?-->)*<(?:!doctype\s+html|(?:html|head|body|title|meta|script|style|div|p|h[1-6]|table)\b)",
    re.IGNORECASE | re.DOTALL,
)
_XML = re.compile(rb"\s*<(?:\?xml\b|!--|[A-Za-z_][\w:.-]*[\s/>])")
_WORD = "a Word document (DOCX)"
_KINDS_OF_ZIP = (
    ("word/", _WORD),
    ("xl/", "an Excel workbook (XLSX)"),
    ("ppt/", "a PowerPoint presentation (PPTX)"),
    ("META-INF/container.xml", "an EPUB book"),
    ("content.xml", "an OpenDocument file"),
    ("Index/Document.iwa", "a Pages document"),
)


def check(content_type: str, data: bytes) -> None:
    """Raise `ExtractionFailed`, naming both, if the content is plainly of another type than `content_type`."""
    found = _found(content_type, data)
    if found is not None:
        sent_as = f"{_LABELS[content_type]} ({content_type})"
        raise ExtractionFailed(f"type and content do not agree: the document was sent as {sent_as}, and is {found}")


def _found(content_type: str, data: bytes) -> str | None:
    """What the content is, if it is not of its type; none where nothing speaks against that."""
    head = data[:_HEAD].removeprefix(b"\xef\xbb\xbf")
    signed = next((name for pattern, name in _SIGNATURES if pattern.match(head)), None)
    if content_type == "application/pdf":
        # What stands before a PDF's header does not harm it.
        if b"%PDF-" in head:
            return None
    elif content_type == DOCX:
        if signed == "a ZIP archive":
            kind = _kind_of_zip(data)
            return None if kind == _WORD else kind
        if signed == "an older or encrypted Office document":
            return None  # Its extractor says more.
    if signed == "a ZIP archive":
        return _kind_of_zip(data) or "a broken ZIP archive"
    if signed is not None:
        return signed
    if content_type in ("text/plain", "text/markdown"):
        return None  # A text may well be about HTML or JSON.
    if content_type != "text/html" and _HTML.match(head):
        return "an HTML page"
    if content_type != "text/html" and _XML.match(head):
        return "XML"
    if content_type != "application/json" and head.lstrip().startswith(b"{") and _is_json(data):
        return "JSON"
    return None


def _kind_of_zip(data: bytes) -> str | None:
    """What a ZIP archive holds; none if it cannot be read."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
    except (BadZipFile, ValueError, NotImplementedError, OSError):
        return None
    kind = next((kind for start, kind in _KINDS_OF_ZIP if any(name.startswith(start) for name in names)), None)
    if kind is not None:
        return kind
    few = ", ".join(f"{name!r:.60}" for name in names[:_FILES_NAMED])
    more = " ..." if len(names) > _FILES_NAMED else ""
    return f"a ZIP archive{f' of {few}{more}' if names else ''}, without a Word document"


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True
