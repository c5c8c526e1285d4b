"""Writes what a benchmark measured into a page of the documentation, between two markers."""

from pathlib import Path

from benchmarks.errors import RunError


def replace_section(page: Path, name: str, content: str) -> None:
    """Puts `content` between the markers `<!-- NAME: begin -->` and `<!-- NAME: end -->` of a Markdown page.

    Raises `RunError`, and leaves the page as it is, if it does not have each marker once, in this order.
    """
    begin, end = (f"<!-- {name}: {side} -->" for side in ("begin", "end"))
    text = page.read_text() if page.exists() else ""
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        raise RunError(f"{page.name} must have the markers '{begin}' and '{end}' once each, in this order")
    before, _, rest = text.partition(begin)
    page.write_text(f"{before}{begin}\n\n{content.strip()}\n\n{end}{rest.partition(end)[2]}")
