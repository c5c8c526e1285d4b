"""text/plain and text/markdown: strict decoding, and what of the text is changed."""

import pytest

from bloomweaver.content import extract
from bloomweaver.errors import ExtractionFailed
from tests.content.documents import text_of

TEXT = "Größe, 大きさ, حجم, 🌹"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        b"\xff\xfe" + TEXT.encode("utf-16-le"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16 little endian", "utf-16 big endian"],
)
@pytest.mark.parametrize("content_type", ["text/plain", "text/markdown"])
def test_utf8_and_marked_utf16_are_read(content_type: str, data: bytes) -> None:
    assert text_of(content_type, data) == TEXT


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"caf\xe9 noir", "byte 3 is not UTF-8"),
        (b"\xef\xbb\xbfcaf\xe9", "byte 6 is not UTF-8"),
        ("🌹".encode()[:3], "byte 0 is not UTF-8"),
        (b"\xff\xfea\x00\x00\xdc", "byte 4 is not UTF-16-LE"),
        (b"ro\x00ses", "byte 2 is NUL: the document is binary, or not UTF-8"),
        ("rosé\0".encode(), "byte 5 is NUL"),
        ("rose".encode("utf-16-be"), "byte 0 is NUL"),
    ],
)
@pytest.mark.parametrize("content_type", ["text/plain", "text/markdown", "text/html", "application/json"])
def test_bytes_that_are_no_text_are_refused_with_their_position(content_type: str, data: bytes, reason: str) -> None:
    with pytest.raises(ExtractionFailed, match=reason):
        extract(content_type, data)


def test_line_breaks_become_one_kind() -> None:
    assert text_of("text/plain", b"a\r\nb\rc\x0bd\xc2\x85e\xe2\x80\xa8f") == "a\nb\nc\nd\ne\nf"


def test_a_form_feed_ends_a_paragraph() -> None:
    assert text_of("text/plain", b"a\x0cb") == "a\n\nb"


def test_space_that_means_nothing_is_dropped_and_indentation_kept() -> None:
    assert text_of("text/plain", b"\n\n  a  \n\t\n\n\n    b\t\n") == "  a\n\n    b"


def test_control_characters_and_soft_hyphens_are_dropped() -> None:
    assert text_of("text/plain", "\x1b[1mro\u00adse\x07\x7f\u0081\ufeff\tred".encode()) == "[1mrose\tred"


def test_markdown_keeps_its_markup_and_says_so() -> None:
    markdown = "# Roses\n\n- *red*\n\n```\ncode\n```"

    assert text_of("text/markdown", markdown.encode()) == markdown
    assert extract("text/markdown", markdown.encode()).markdown
    assert not extract("text/plain", markdown.encode()).markdown
