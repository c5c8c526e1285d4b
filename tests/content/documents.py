"""Small PDF and DOCX files, made by libraries that write the formats, and what the tests ask of an extraction."""

import zlib
from collections.abc import Callable, Sequence
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from docx import Document
from docx.document import Document as DocxDocument
from fpdf import FPDF
from pypdf import PdfReader, PdfWriter

from bloomweaver.content import extract

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"
FIRST_OBJECT = 5
"""The number of the first object that `pdf_drawing` takes."""


def text_of(content_type: str, data: bytes) -> str:
    """The text of a document that is one block."""
    [block] = extract(content_type, data).blocks
    return block.text


def pdf_of(pages: Sequence[str]) -> bytes:
    """A PDF with these texts on its pages; a page without text for an empty one."""
    pdf = FPDF()
    pdf.set_font("Helvetica", size=11)
    for text in pages:
        pdf.add_page()
        if text:
            pdf.multi_cell(0, 6, text)
    return bytes(pdf.output())


def encrypted(pdf: bytes, *, user: str, owner: str = "owner", algorithm: str = "AES-256") -> bytes:
    """The PDF, encrypted so that it opens with the password `user`."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf)))
    writer.encrypt(user, owner, algorithm=algorithm)
    return _written(writer)


def pdf_drawing(
    content: bytes,
    pages: int = 1,
    *,
    font: bytes = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    resources: bytes = b"",
    objects: Sequence[bytes] = (),
) -> bytes:
    """A PDF whose pages of 600 by 800 points all have these drawing instructions, compressed.

    `/F` is `font`; `resources` are entries beside it, and `objects` what they refer to, from `FIRST_OBJECT` on.
    """
    stream = zlib.compress(content, 9)
    first_page = FIRST_OBJECT + len(objects)
    kids = b" ".join(b"%d 0 R" % (first_page + page) for page in range(pages))
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 3 0 R"
        b" /Resources << /Font << /F 4 0 R >> %s >> >>" % resources
    )
    return pdf_of_objects(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, pages),
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream),
            font,
            *objects,
            *[page] * pages,
        ]
    )


def pdf_of_objects(objects: Sequence[bytes]) -> bytes:
    """A PDF with these objects, numbered from 1; the first is its catalog."""
    pdf = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(pdf))
        pdf += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(pdf))
    return pdf + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + trailer


def stream_of(content: bytes, entries: bytes = b"") -> bytes:
    """A stream object of a PDF."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)


def docx_of(write: Callable[[DocxDocument], object]) -> bytes:
    """A DOCX with what `write` writes into it."""
    document = Document()
    write(document)
    return _saved(document)


def docx_with(part: str, content: bytes) -> bytes:
    """A DOCX with one of its parts replaced."""
    rewritten = BytesIO()
    with ZipFile(BytesIO(_saved(Document()))) as old, ZipFile(rewritten, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    return rewritten.getvalue()


def docx_body(body: bytes) -> bytes:
    """A DOCX with this XML as the body of its document."""
    namespace = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    xml = b'<?xml version="1.0"?><w:document xmlns:w="%s"><w:body>%s</w:body></w:document>' % (namespace, body)
    return docx_with("word/document.xml", xml)


def zip_of(*names: str) -> bytes:
    """A ZIP archive of small files."""
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "content")
    return file.getvalue()


def _saved(document: DocxDocument) -> bytes:
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _written(writer: PdfWriter) -> bytes:
    file = BytesIO()
    writer.write(file)
    return file.getvalue()
