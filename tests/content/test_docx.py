"""DOCX: its structure as Markdown, and every reason why there may be no text."""

import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.text.run import Run

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

    for data in (
        b"",
        b"no zip",
        whole[: len(whole) // 2],
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
    nested = docx_body(b"<w:p>" * 5_000 + b"</w:p>" * 5_000)

    assert refusal(nested).startswith("the DOCX document is broken: ")


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


def hidden(run: Run, value: bool = True) -> Run:
    run.font.hidden = value
    return run


def test_hidden_text_is_left_out() -> None:
    def write(document: Document) -> None:
        ghost = document.styles.add_style("Ghost", WD_STYLE_TYPE.CHARACTER)
        ghost.font.hidden = True
        document.styles.add_style("Pale ghost", WD_STYLE_TYPE.CHARACTER).base_style = ghost
        document.styles.add_style("Hidden note", WD_STYLE_TYPE.PARAGRAPH).font.hidden = True
        paragraph = document.add_paragraph("seen ")
        hidden(paragraph.add_run("unseen "))
        paragraph.add_run("unseen ", style="Ghost")
        paragraph.add_run("unseen ", style="Pale ghost")
        hidden(paragraph.add_run("too "), False)
        hidden(paragraph.add_run("shown", style="Ghost"), False)
        document.add_paragraph("unseen", style="Hidden note")
        hidden(document.add_table(1, 1).cell(0, 0).paragraphs[0].add_run("unseen"))

    assert text_of(DOCX, docx_of(write)) == "seen too shown\n\n|  |\n| --- |"


def test_a_hidden_row_and_a_hidden_drawing_are_left_out() -> None:
    cell = b"<w:tc><w:p><w:r><w:t>%s</w:t></w:r></w:p></w:tc>"
    rows = b"<w:tr>%s</w:tr><w:tr><w:trPr><w:hidden/></w:trPr>%s</w:tr>" % (cell % b"seen", cell % b"unseen")

    assert text_of(DOCX, docx_body(b"<w:tbl>" + rows + b"</w:tbl>")) == "| seen |\n| --- |"


def test_merged_cells_stand_in_each_cell_that_they_cover() -> None:
    def write(document: Document) -> None:
        table = document.add_table(4, 3)
        for row, texts in zip(table.rows, ("Year Tax -", "- net gross", "2020 1 2", "- 3 4"), strict=True):
            for cell, text in zip(row.cells, texts.split(), strict=True):
                cell.text = "" if text == "-" else text
        table.cell(0, 0).merge(table.cell(1, 0))
        table.cell(0, 1).merge(table.cell(0, 2))
        table.cell(2, 0).merge(table.cell(3, 0))
        table.rows[0]._tr.addnext(OxmlElement("w:bookmarkStart"))

    assert text_of(DOCX, docx_of(write)).splitlines() == [
        "| Year | Tax | Tax |",
        "| --- | --- | --- |",
        "| Year | net | gross |",
        "| 2020 | 1 | 2 |",
        "| 2020 | 3 | 4 |",
    ]


def test_a_row_that_begins_in_the_second_column_stays_there() -> None:
    cell = b"<w:tc><w:p><w:r><w:t>%s</w:t></w:r></w:p></w:tc>"
    rows = b"<w:tr>%s%s</w:tr><w:tr><w:trPr><w:gridBefore w:val='1'/></w:trPr>%s</w:tr>" % (
        cell % b"A",
        cell % b"B",
        cell % b"below B",
    )

    assert text_of(DOCX, docx_body(b"<w:tbl>" + rows + b"</w:tbl>")) == "| A | B |\n| --- | --- |\n|  | below B |"


def test_headers_and_footers_come_once_and_are_called_so() -> None:
    def write(document: Document) -> None:
        document.add_paragraph("Roses")
        first = document.sections[0]
        first.header.paragraphs[0].text = "The garden"
        first.header.add_paragraph("Spring issue")
        hidden(first.header.paragraphs[0].add_run("unseen"))
        first.footer.paragraphs[0].text = "For members"
        first.first_page_header.paragraphs[0].text = "Unseen, since no first page differs"
        first.even_page_footer.paragraphs[0].text = "Unseen, since even pages do not differ"
        document.add_section()
        document.add_paragraph("Trees")
        last = document.add_section()
        last.header.is_linked_to_previous = False
        last.header.paragraphs[0].text = "The park"
        last.different_first_page_header_footer = True
        last.first_page_header.paragraphs[0].text = "A cover"

    assert text_of(DOCX, docx_of(write)).split("\n\n") == [
        "Header: The garden; Spring issue",
        "Header: The park",
        "Header: A cover",
        "Roses",
        "Trees",
        "Footer: For members",
    ]


def test_a_document_that_has_text_in_its_header_alone_is_read() -> None:
    def write(document: Document) -> None:
        document.sections[0].header.paragraphs[0].text = "The garden"

    assert text_of(DOCX, docx_of(write)) == "Header: The garden"
