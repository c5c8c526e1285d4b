"""text/html: headings, lists, tables and code as Markdown; scripts, styles and navigation dropped."""

import warnings

import webencodings  # type: ignore[import-untyped]
from bs4 import BeautifulSoup, Tag, UnusualUsageWarning
from bs4.dammit import EncodingDetector
from markdownify import ATX, MarkdownConverter

from bloomweaver.content.decoding import decode
from bloomweaver.content.extracted import ExtractedText, TextBlock
from bloomweaver.errors import ExtractionFailed

_DROPPED = ("script", "style", "template", "noscript", "nav", "svg", "iframe", "object", "button", "select", "textarea")
_UNMARKED = ["a", "b", "strong", "em", "i", "u", "del", "s"]  # A link's address and the stars of bold text say nothing.
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
    for element in soup(_DROPPED):
        element.decompose()
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
            table_infer_header=True,
            escape_asterisks=False,
            escape_underscores=False,
            escape_misc=False,
        )

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """An image is its description."""
        return str(el.attrs.get("alt") or "")


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
