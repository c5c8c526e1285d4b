"""The tables, the page of the documentation, and the picture."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks.embedding.plot import write_plot
from benchmarks.embedding.report import markdown, markdown_table
from benchmarks.embedding.targets import throughput_targets
from benchmarks.errors import RunError
from benchmarks.sections import replace_section
from tests.benchmarks.embedding_samples import systems

RESULTS: dict[str, Any] = {
    "measured_at": "2030-01-02T03:04:05+00:00",
    "machine": {
        "cpu": "Some CPU",
        "cpu_features": ["avx2"],
        "cores": 2,
        "memory_mib": 24576,
        "system": "Linux",
        "python": "3.11",
    },
    "versions": {"bloomweaver": {"openvino": "1"}, "others": {"torch": "2"}},
    "rounds": 3,
    "texts": {"long": {"texts": 256, "tokens_min": 240, "tokens_max": 256, "tokens_mean": 248.5}},
}


def test_a_markdown_table() -> None:
    assert markdown_table(("a", "b"), [("1", "2")]) == "| a | b |\n| --- | ---: |\n| 1 | 2 |"


def test_the_section_says_what_was_measured_on_what() -> None:
    measured = systems()
    text = markdown(RESULTS, throughput_targets(measured), measured, "images/embedding.png")
    assert "2030-01-02: Some CPU (avx2), 2 cores, 24 GiB" in text
    assert "| the same against infinity at its best | >= 2 times | 1.50 times (1.50 .. 1.50) | MISSED |" in text
    assert "| bloomweaver, HTTP | 90.0 (45.0 .. 99.0) | 90.0 (45.0 .. 99.0) | 305 | 0.90 | 1.00000 | 100.0 % |" in text
    assert "![Texts a second, by system](images/embedding.png)" in text
    assert "torch 2" in text


def test_a_section_is_replaced_between_its_markers(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n<!-- one: begin -->\nold\n<!-- one: end -->\n\nkept\n")
    for content in ("first", "second"):
        replace_section(page, "one", content)
    assert page.read_text() == "# Page\n\n<!-- one: begin -->\n\nsecond\n\n<!-- one: end -->\n\nkept\n"


@pytest.mark.parametrize(
    "text", ["", "<!-- one: begin -->", "<!-- one: end --><!-- one: begin -->", "<!-- one: begin -->" * 2]
)
def test_a_page_without_its_markers_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(text)
    with pytest.raises(RunError, match=r"page\.md must have the markers"):
        replace_section(page, "one", "new")
    assert page.read_text() == text


def test_the_documentation_has_the_markers_that_the_command_writes_between() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
    text = page.read_text()
    assert text.index("<!-- embedding: begin -->") < text.index("<!-- embedding: end -->")


def test_the_picture_is_a_png(tmp_path: Path) -> None:
    path = tmp_path / "images" / "plot.png"
    write_plot(path, systems())
    assert path.read_bytes().startswith(b"\x89PNG")
