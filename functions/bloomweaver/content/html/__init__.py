"""text/html: headings, lists, tables and code as Markdown, without what nobody sees and without navigation."""

import re
import warnings

import webencodings  # type: ignore[import-untyped]
from bs4 import BeautifulSoup, Tag, UnusualUsageWarning
from bs4.dammit import EncodingDetector
from markdownify import ATX, MarkdownConverter

from bloomweaver.content.decoding import decode
from bloomweaver.content.extracted import ExtractedText, TextBlock
from bloomweaver.content.html.tables import cells_of, grid, is_layout, markdown, rows_of
from bloomweaver.content.html.visibility import declarations, drop_unseen
from bloomweaver.errors import ExtractionFailed

_BLOCKS = [
    "address", "aside", "body", "center", "details", "dialog", "fieldset", "figure", "footer", "form", "header",
    "hgroup", "html", "legend", "main", "nav", "search", "summary",
]  # fmt: skip
"""Elements that stand on lines of their own, as `div` does, and that the converter takes for parts of a line."""
_BLOCK_DISPLAYS = ("block", "flex", "grid", "flow-root", "list-item", "table", "table-row", "inline-block")
_UNMARKED = ["a", "b", "strong", "em", "i", "u", "del", "s"]  # A link's address and the stars of bold text say nothing.
_EXPONENT = re.compile(r"[+-]?\d+")
_SUPERSCRIPTS = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_NO_CHARSETS = ("replacement", "x-user-defined")  # Names that the HTML standard has for browsers, not for text.


def extract(data: bytes) -> ExtractedText:
    """The page as Markdown, under its title if it has no heading of the first level.

    Raises `ExtractionFailed` if the bytes are not in the page's charset, or if elements are nested more deeply than
    the converter goes.
    """
    return ExtractedText((TextBlock(to_markdown(decode(data, _encoding(data)))),), markdown=True)


def to_markdown(html: str) -> str:
    """The Markdown of an HTML page or fragment. Raises `ExtractionFailed` if its elements are nested too deeply."""
    # lxml and not html.parser: that one does not close <p> and <li> where HTML lets their end tags be left out.
    with warnings.catch_warnings():
        # That a page looks like XML, a file's name or an address: it came as HTML, and is read as that.
        warnings.simplefilter("ignore", UnusualUsageWarning)
        soup = BeautifulSoup(html, "lxml")
    drop_unseen(soup)
    _mark_blocks(soup)
    title = soup.title.extract().get_text(" ", strip=True) if soup.title else ""
    heading = f"# {title}\n\n" if title and not soup.h1 else ""
    try:
        return heading + _Converter().convert_soup(soup)
    except RecursionError as error:
        raise ExtractionFailed("the elements of the HTML document are nested too deeply") from error


class _Converter(MarkdownConverter):
    """Markdown for a reader of text: escapes nothing, and leaves out what marks no structure."""

    def __init__(self) -> None:
        super().__init__(
            heading_style=ATX,
            bullets="-",
            strip=_UNMARKED,
            escape_asterisks=False,
            escape_underscores=False,
            escape_misc=False,
        )

    def process_tag(self, node: Tag, parent_tags: set[str] | None = None) -> str:
        """The Markdown of an element; a table by its own rules, and not by those for its parts."""
        if node.name == "table":
            return self._table(node, parent_tags or set())
        return self._converted(node, parent_tags or set())

    def _converted(self, node: Tag, parent_tags: set[str]) -> str:
        return str(super().process_tag(node, parent_tags))  # type: ignore[misc]

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """An image is its description."""
        return str(el.attrs.get("alt") or "")

    def convert_div(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A block; an empty one ends a line too."""
        return str(super().convert_div(el, text, parent_tags)) or "\n\n"  # type: ignore[misc]

    def convert_p(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A paragraph; an empty one ends a line too."""
        return str(super().convert_p(el, text, parent_tags)) or "\n\n"  # type: ignore[misc]

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Code; an empty one ends a line too."""
        return str(super().convert_pre(el, text, parent_tags)) or "\n\n"  # type: ignore[misc]

    def convert_hN(self, n: int, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: N802
        """A heading; an empty one ends a line, and beside a heading or in a cell it is a part of that."""
        if "_inline" in parent_tags:
            return f" {text.strip()} "
        heading: str = super().convert_hN(n, el, text, parent_tags)  # type: ignore[misc]
        return heading if text.strip() else "\n\n"

    def convert_sup(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """An exponent stays one: 10² is not 102."""
        return text.translate(_SUPERSCRIPTS) if _EXPONENT.fullmatch(text) else text

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A cell, where it is not in the row of a table."""
        return self.convert_div(el, text, parent_tags)

    convert_th = convert_tr = convert_table = convert_caption = convert_td
    convert_article = convert_section = convert_dl = convert_div

    def _table(self, table: Tag, parent_tags: set[str]) -> str:
        context = {*parent_tags, "table", "tr", "_inline"}
        rows = grid(table, lambda cell: " ".join(self._converted(cell, context).split()))
        for row in rows_of(table):
            row.extract()
        # Its caption, and what stands between rows by mistake.
        around = self._converted(table, parent_tags).strip()
        return "\n\n".join(["", *filter(None, [around, markdown(rows) if rows else ""]), ""])


def _mark_blocks(soup: BeautifulSoup) -> None:
    """Name every block so that the converter knows it for one: words of neighbouring blocks never touch."""
    for table in soup("table"):
        if is_layout(table):
            for row in rows_of(table):
                for cell in cells_of(row):
                    cell.name = "div"
                row.name = "div"
            table.name = "div"
    for element in soup(_BLOCKS):
        element.name = "div"
    for element in soup(("menu", "dir")):
        element.name = "ul"
    for element in soup("li"):
        if element.parent is None or element.parent.name not in ("ul", "ol"):
            element.name = "div"
    for element in soup(("dt", "dd")):
        if element.find_parent("dl") is None:
            element.name = "div"
    for element in soup("span", style=True):
        if declarations(element).get("display") in _BLOCK_DISPLAYS:
            element.name = "div"


def _encoding(data: bytes) -> str:
    """The Python codec of a page: UTF-8 where its bytes are that, or else the charset that it declares.

    Not the other way round, as a browser has it: a page that came as a string in the webhook's JSON is UTF-8 by now,
    whatever it declares. Text of another charset, if it is not ASCII alone, is hardly ever valid UTF-8.
    """
    label = EncodingDetector.find_declared_encoding(data, is_html=True)
    if label is None or (not data.isascii() and _is_utf8(data)):
        return "utf-8"
    encoding = webencodings.lookup(label)
    if encoding is None or encoding.name in _NO_CHARSETS:
        raise ExtractionFailed(f"the HTML document declares the unknown charset {label!r}")
    # A declaration that can be read byte by byte does not stand in UTF-16; the HTML standard takes UTF-8 for it.
    return "utf-8" if encoding.name.startswith("utf-16") else str(encoding.codec_info.name)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
