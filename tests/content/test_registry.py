"""The way in: which content types there are, what is refused for all of them, and what is imported."""

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bloomweaver import content
from bloomweaver.content import CONTENT_TYPES, TextBlock, extract, limits
from bloomweaver.errors import ExtractionFailed
from tests.content.documents import DOCX, PDF, docx_of, pdf_of
from tests.examples import examples

DOCUMENTS = {
    "text/plain": b"Roses are red.",
    "text/markdown": b"# Roses\n\nThey are red.",
    "text/html": b"<h1>Roses</h1><p>They are red.",
    "application/json": b'{"roses": "red"}',
    PDF: pdf_of(["Roses are red."]),
    DOCX: docx_of(lambda document: document.add_paragraph("Roses are red.")),
}


def test_the_content_types_are_those_of_the_webhook() -> None:
    assert set(CONTENT_TYPES) == set(DOCUMENTS)


@pytest.mark.parametrize("content_type", DOCUMENTS)
def test_every_content_type_gives_its_text(content_type: str) -> None:
    [block] = extract(content_type, DOCUMENTS[content_type]).blocks

    assert "red" in block.text


@pytest.mark.parametrize("content_type", ["image/png", "text/plain; charset=utf-8", "TEXT/PLAIN", ""])
def test_another_content_type_is_refused_by_name(content_type: str) -> None:
    with pytest.raises(ExtractionFailed, match=f"content type '{content_type}' is not supported"):
        extract(content_type, b"Roses")


@pytest.mark.parametrize(
    ("content_type", "data"),
    [
        ("text/plain", b""),
        ("text/plain", b" \r\n\t \xc2\xa0\n"),
        ("text/markdown", b"\xef\xbb\xbf"),
        ("text/html", b""),
        ("text/html", b"<!doctype html><title></title><script>roses()</script><p> &nbsp; </p><img src='red.png'>"),
        ("application/json", b'{"roses": null, "red": {"dark": [], "light": ""}}'),
        (DOCX, docx_of(lambda document: document.add_paragraph(" "))),
    ],
)
def test_a_document_without_text_is_refused(content_type: str, data: bytes) -> None:
    with pytest.raises(ExtractionFailed, match="the document has no text"):
        extract(content_type, data)


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
@given(data=st.one_of(st.binary(max_size=300), st.text(max_size=200).map(str.encode)))
@settings(max_examples=examples(60), deadline=None)
def test_any_bytes_give_text_or_a_reason(content_type: str, data: bytes) -> None:
    check_outcome(content_type, data)


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
@given(chance=st.randoms(use_true_random=False))
@settings(max_examples=examples(60), deadline=None)
def test_a_damaged_document_gives_text_or_a_reason(content_type: str, chance: Random) -> None:
    data = bytearray(DOCUMENTS[content_type])
    for _ in range(chance.randint(1, 8)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    check_outcome(content_type, bytes(data[: chance.randint(1, len(data))]))


def check_outcome(content_type: str, data: bytes) -> None:
    try:
        blocks = extract(content_type, data).blocks
    except ExtractionFailed:
        return
    assert blocks
    assert all(block.text.strip() for block in blocks)
    assert all(block.text.encode() for block in blocks)
    assert "\0" not in "".join(block.text for block in blocks)


def test_a_text_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_CHARACTERS", 2_000)
    extract("text/plain", b"x" * 2_000)

    with pytest.raises(ExtractionFailed, match="more than 2,000 characters"):
        extract("text/plain", b"x" * 2_001)


def test_only_the_library_of_the_content_type_is_imported() -> None:
    program = (
        "import sys; from bloomweaver.content import extract; extract('text/plain', b'Roses');"
        "print(sorted({'bs4', 'lxml', 'markdownify', 'mammoth', 'pypdfium2', 'markdown_it'} & sys.modules.keys()))"
    )
    functions = Path(content.__file__).parents[2]

    ran = subprocess.run([sys.executable, "-c", program], cwd=functions, capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"


def test_blank_blocks_are_left_out() -> None:
    extracted = extract(PDF, pdf_of(["Roses", "", "Trees"]))

    assert extracted.blocks == (TextBlock("Roses", 1), TextBlock("Trees", 3))
