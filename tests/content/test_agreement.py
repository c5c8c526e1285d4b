"""A content that is of another type than it was sent as: one error that names both."""

import pytest

from bloomweaver.content import extract
from bloomweaver.errors import ExtractionFailed
from tests.content.documents import DOCX, PDF, docx_of, pdf_of, zip_of

WORD = docx_of(lambda document: document.add_paragraph("Roses"))
PAGE = b"<!DOCTYPE html>\n<html><body><p>Roses</p></body></html>"


@pytest.mark.parametrize(
    ("content_type", "data", "sent_as", "found"),
    [
        (PDF, PAGE, "PDF", "an HTML page"),
        (PDF, b"  \n<!-- saved --><HTML lang='en'>", "PDF", "an HTML page"),
        (PDF, b"<?xml version='1.0'?><error/>", "PDF", "XML"),
        (PDF, b'{"error": "not found"}', "PDF", "JSON"),
        (PDF, WORD, "PDF", "a Word document"),
        (PDF, b"\x89PNG\r\n\x1a\n0000", "PDF", "a PNG image"),
        (DOCX, zip_of("a.png", "b.png"), "DOCX", "a ZIP archive of 'a.png', 'b.png', without a Word document"),
        (DOCX, zip_of(), "DOCX", "a ZIP archive, without a Word document"),
        (DOCX, zip_of("[Content_Types].xml", "xl/workbook.xml"), "DOCX", "an Excel workbook"),
        (DOCX, zip_of("mimetype", "content.xml"), "DOCX", "an OpenDocument file"),
        (DOCX, pdf_of(["Roses"]), "DOCX", "a PDF document"),
        (DOCX, PAGE, "DOCX", "an HTML page"),
        (DOCX, b"{\\rtf1 Roses}", "DOCX", "an RTF document"),
        ("application/json", PAGE, "JSON", "an HTML page"),
        ("application/json", b"\xef\xbb\xbf<?xml version='1.0'?><a/>", "JSON", "XML"),
        ("application/json", b"\x1f\x8b\x08\0", "JSON", "compressed by gzip"),
        ("text/html", b'{"roses": "red"}', "HTML", "JSON"),
        ("text/html", pdf_of(["Roses"]), "HTML", "a PDF document"),
        ("text/plain", WORD, "plain text", "a Word document"),
        ("text/plain", b"{\\rtf1 Roses}", "plain text", "an RTF document"),
        ("text/markdown", b"\xff\xd8\xff\xe0JFIF", "Markdown", "a JPEG image"),
    ],
)
def test_both_types_are_named(content_type: str, data: bytes, sent_as: str, found: str) -> None:
    with pytest.raises(ExtractionFailed) as refused:
        extract(content_type, data)

    message = str(refused.value)
    assert message.startswith(
        f"type and content do not agree: the document was sent as {sent_as} ({content_type}), and is "
    )
    assert found in message
    assert len(message) < 400


@pytest.mark.parametrize(
    ("content_type", "data"),
    [
        ("text/plain", PAGE),
        ("text/plain", b'{"roses": "red"}'),
        ("text/markdown", b"<p>Roses"),
        ("text/html", b"Roses, and no tag"),
        ("text/html", b'{ "roses" <b>are</b> red }'),
        ("application/json", b'"<html>"'),
        (PDF, b"\n\n" + pdf_of(["Roses"])),
    ],
)
def test_a_content_that_may_be_of_its_type_is_read(content_type: str, data: bytes) -> None:
    assert extract(content_type, data).blocks


def test_a_file_with_a_long_name_does_not_make_a_long_error() -> None:
    with pytest.raises(ExtractionFailed) as refused:
        extract(DOCX, zip_of("x" * 60_000, *(f"{number}.png" for number in range(1_000))))

    assert len(str(refused.value)) < 400
