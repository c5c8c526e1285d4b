"""DOCX: its structure as Markdown, and every reason why there may be no text."""

import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from docx.document import Document

from bloomweaver.content import docx, extract
from bloomweaver.errors import ExtractionFailed
from tests.content.documents import DOCX, docx_body, docx_of, docx_with, text_of


def refusal(data: bytes) -> str:
    with pytest.raises(ExtractionFailed) as refused:
        extract(DOCX, data)
    return str(refused.value)


def test_headings_lists_and_tables_keep_their_structure() -> None:
    def write(document: Document) -> None:
        document.add_heading("The garden", 0)
        document.add_paragraph("Its roses.")
        document.add_heading("Red ones", 2)
        paragraph = document.add_paragraph("They are ")
        paragraph.add_run("dark").bold = True
        paragraph.add_run(" red.")
        document.add_paragraph("Peace", style="List Bullet")
        document.add_paragraph("Iceberg", style="List Bullet")
        table = document.add_table(2, 2)
        for row, texts in zip(table.rows, (("Name", "Year"), ("Peace", "1945")), strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text

    assert text_of(DOCX, docx_of(write)) == (
        "# The garden\n\nIts roses.\n\n## Red ones\n\nThey are dark red.\n\n- Peace\n- Iceberg\n\n"
        "| Name | Year |\n| --- | --- |\n| Peace | 1945 |"
    )
    assert extract(DOCX, docx_of(write)).markdown


def test_deleted_text_is_left_out_and_inserted_text_is_not() -> None:
    body = b"<w:p><w:ins><w:r><w:t>red</w:t></w:r></w:ins><w:del><w:r><w:delText>white</w:delText></w:r></w:del></w:p>"
    assert text_of(DOCX, docx_body(body)) == "red"


def test_an_encrypted_or_older_document_is_refused() -> None:
    assert refusal(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(500)) == (
        "the DOCX document is encrypted, or in the older DOC format"
    )


def test_a_broken_document_is_refused() -> None:
    whole = docx_of(lambda document: document.add_paragraph("Roses"))
    other_zip = BytesIO()
    with ZipFile(other_zip, "w") as archive:
        archive.writestr("roses.txt", "red")

    for data in (
        b"",
        b"no zip",
        whole[: len(whole) // 2],
        other_zip.getvalue(),
        docx_with("word/document.xml", b"<w:"),
    ):
        assert refusal(data).startswith("the DOCX document is broken: ")


def test_a_document_that_unpacks_to_too_much_is_refused() -> None:
    bomb = docx_body(b"<w:p><w:r><w:t>" + b"x" * docx.MAX_XML_BYTES + b"</w:t></w:r></w:p>")
    assert len(bomb) < 200_000

    assert "unpacks to more than 32 MiB of XML" in refusal(bomb)


def test_a_document_with_too_many_tags_is_refused() -> None:
    assert "more than 500,000 XML tags" in refusal(docx_body(b"<w:p/>" * docx.MAX_XML_TAGS))


def test_a_document_that_declares_less_than_it_unpacks_to_is_refused() -> None:
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<x>" * 20_000_000)
    # The size once unpacked stands at offset 22 of the local header and 24 of the central one.
    data = bytearray(file.getvalue())
    for signature, offset in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        at = data.index(signature) + offset
        data[at : at + 4] = (100).to_bytes(4, "little")

    assert refusal(bytes(data)).startswith("the DOCX document is broken: ")


def test_entities_that_unfold_are_refused() -> None:
    entities = b"".join(b'<!ENTITY e%d "%s">' % (level, b"&e%d;" % (level - 1) * 10) for level in range(1, 10))
    xml = (
        b'<?xml version="1.0"?><!DOCTYPE w:document [<!ENTITY e0 "roses">' + entities + b"]>"
        b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        b"<w:body><w:p><w:r><w:t>&e9;</w:t></w:r></w:p></w:body></w:document>"
    )
    assert refusal(docx_with("word/document.xml", xml)).startswith("the DOCX document is broken: ")


def test_deep_nesting_is_refused() -> None:
    assert "RecursionError" in refusal(docx_body(b"<w:p>" * 5_000 + b"</w:p>" * 5_000))


def test_images_are_their_descriptions_and_no_data() -> None:
    chunks = (
        (b"IHDR", bytes([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])),
        (b"IDAT", zlib.compress(b"\0\0")),
        (b"IEND", b""),
    )
    pixel = b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4) for kind, data in chunks
    )

    def write(document: Document) -> None:
        picture = document.add_paragraph("See ").add_run().add_picture(BytesIO(pixel))
        picture._inline.docPr.set("descr", "a rose")

    assert text_of(DOCX, docx_of(write)) == "See a rose"
