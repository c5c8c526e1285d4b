"""The headings of a Markdown text, and where they stand."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from markdown_it import MarkdownIt

_LINE_BREAK = re.compile(r"\r\n?|\n")
_FRONT_MATTER = re.compile(r"---[^\S\n]*\n.*?\n---[^\S\n]*(?:\n|\Z)", re.DOTALL)


@dataclass(frozen=True)
class Heading:
    """A heading in `text[start:end]`, its own lines, and the titles from the outermost heading above it to its own."""

    start: int
    end: int
    path: tuple[str, ...]


def find_headings(text: str) -> list[Heading]:
    """The headings of a Markdown text in order, without those in code, lists and quotes."""
    front_matter = _FRONT_MATTER.match(text)
    offset = front_matter.end() if front_matter else 0
    lines = [offset, *(match.end() for match in _LINE_BREAK.finditer(text, offset)), len(text)]
    headings: list[Heading] = []
    above: list[tuple[int, str]] = []
    tokens = _blocks().parse(text[offset:])
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open" or opening.level > 0 or opening.map is None:
            continue
        level = int(opening.tag[1])
        above = [(outer, title) for outer, title in above if outer < level]
        if title := _plain(inline.content):
            above.append((level, title))
        headings.append(Heading(lines[opening.map[0]], lines[opening.map[1]], tuple(title for _, title in above)))
    return headings


def _plain(title: str) -> str:
    """A heading's text without its markup."""
    children = _inline().parseInline(title)[0].children or []
    return " ".join("".join(child.content for child in children if child.type in ("text", "code_inline")).split())


@cache
def _blocks() -> MarkdownIt:
    """A parser that finds blocks and stops there: the markup within them would take most of the time."""
    parser = MarkdownIt("commonmark")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


@cache
def _inline() -> MarkdownIt:
    return MarkdownIt("commonmark")
