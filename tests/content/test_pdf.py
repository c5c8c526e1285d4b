"""application/pdf: text by page, and every reason why there may be none."""

import zlib

import pytest

from bloomweaver.content import TextBlock, extract, pdf
from bloomweaver.errors import ExtractionFailed
from tests.content.documents import PDF, encrypted, pdf_drawing, pdf_of

ROSES = pdf_of(["Roses are red.", "Violets are blue.\nSo they say."])
BLOCKS = (TextBlock("Roses are red.", 1), TextBlock("Violets are blue.\nSo they say.", 2))


def refusal(data: bytes) -> str:
    with pytest.raises(ExtractionFailed) as refused:
        extract(PDF, data)
    return str(refused.value)


def test_each_page_is_a_block_with_its_number() -> None:
    extracted = extract(PDF, ROSES)

    assert extracted.blocks == BLOCKS
    assert not extracted.markdown


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_a_document_with_a_password_is_refused(algorithm: str) -> None:
    data = encrypted(ROSES, user="secret", algorithm=algorithm)

    assert refusal(data) == "the PDF document is encrypted and asks for a password"


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_a_document_that_opens_without_its_owners_password_is_read(algorithm: str) -> None:
    assert extract(PDF, encrypted(ROSES, user="", algorithm=algorithm)).blocks == BLOCKS


def test_scanned_pages_are_refused_with_what_to_do() -> None:
    assert refusal(pdf_of(["", ""])) == "the PDF document has no text: scanned pages need text recognition (OCR) first"


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"no PDF at all", ROSES[:200], b"%PDF-1.4\n" + b"\0" * 500])
def test_a_broken_document_is_refused(data: bytes) -> None:
    assert refusal(data).startswith("the PDF document is broken: ")


def test_one_stream_beyond_the_limit_is_refused() -> None:
    bomb = pdf_drawing(b" " * (pdf.MAX_STREAM_BYTES + 1))
    assert len(bomb) < 50_000

    assert "too large once unpacked" in refusal(bomb)


def test_streams_compressed_twice_are_refused() -> None:
    stream = zlib.compress(zlib.compress(b" " * 20 * pdf.MAX_STREAM_BYTES, 9), 9)
    once = pdf_drawing(b"")
    empty = zlib.compress(b"", 9)
    twice = once.replace(
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s" % (len(empty), empty),
        b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n%s" % (len(stream), stream),
    )
    assert len(twice) < 10_000

    assert "too large once unpacked" in refusal(twice)


def test_pages_beyond_the_limit_together_are_refused() -> None:
    assert "unpack to more than 64 MiB" in refusal(pdf_drawing(b" " * pdf.MAX_STREAM_BYTES, pages=5))


def test_drawing_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = pdf_drawing(b"BT /F 12 Tf 10 10 Td (rose) Tj ET " * 100, pages=3)
    assert len(extract(PDF, drawing).blocks) == 3

    monkeypatch.setattr(pdf, "MAX_OPERATIONS", 1_000)  # The real limit takes most of a minute to reach.
    assert "more than 1,000 drawing operations" in refusal(drawing)
