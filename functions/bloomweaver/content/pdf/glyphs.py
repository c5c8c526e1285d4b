"""What PDFium knows of the glyphs of a page: what each means, where it stands, and whether anybody sees it."""

import ctypes
import math
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import compress, repeat
from typing import Any

import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from bloomweaver.content.pdf.layout import HYPHEN, LINE_END, SPACE, Glyph

UNKNOWN = "\ufffd"
"""Stands for a glyph of which the document does not say what it means."""

_Box = tuple[float, float, float, float]
_INVISIBLE_MODES = (pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP)
_MAX_FORM_DEPTH = 12
_SCAN_SHARE = 0.5
"""An image of at least this part of a page is a scan of it, and invisible text anywhere on the page its text layer."""
_WHITE_SPACE = {0x09, 0x0A, 0x0D, 0x20}
_HYPHENS = {0xAD, 0x2010}
_CHARACTERS = {code: chr(code) for code in range(0x20, 0x7F)}
_as_glyph: Callable[[tuple[Any, ...]], Glyph] = partial(tuple.__new__, Glyph)


@dataclass(frozen=True)
class Run:
    """Glyphs of one direction, turned so that they go from left to right, and whether they had to be."""

    glyphs: list[Glyph]
    turned: bool


@dataclass(frozen=True)
class PageGlyphs:
    """The glyphs of a page. `unknown` is how many have no meaning, and are U+FFFD."""

    runs: list[Run]
    unknown: int


def read_glyphs(page: Any, text_page: Any) -> PageGlyphs:
    """The glyphs of a page, as pypdfium2 opened it, in the order in which PDFium reads them."""
    objects = _look_through(page)
    glyphs, indexes = _characters(text_page)
    if objects.has_invisible:
        seen = [
            index < 0 or not objects.hides(text_page, index, glyph)
            for glyph, index in zip(glyphs, indexes, strict=True)
        ]
        glyphs, indexes = list(compress(glyphs, seen)), list(compress(indexes, seen))
    unknown = [glyph.char for glyph in glyphs].count(UNKNOWN)
    if not objects.has_turned:
        return PageGlyphs([Run(glyphs, turned=False)], unknown)
    runs = [Run([], turned=False)]
    quarters = 0
    for glyph, index in zip(glyphs, indexes, strict=True):
        if index >= 0 and (turned := _quarters(text_page, index)) != quarters:
            quarters = turned
            runs.append(Run([], turned=quarters != 0))
        runs[-1].glyphs.append(_turned_back(glyph, quarters))
    return PageGlyphs(runs, unknown)


def _characters(text_page: Any) -> tuple[list[Glyph], list[int]]:
    """Every glyph, its box from the left of its advance to the right and from descent to ascent, and its index.

    What PDFium adds, spaces and ends of lines, has the box of the glyph before it, and the index -1.
    """
    raw = text_page.raw
    count = pdfium.FPDFText_CountChars(raw)
    codes: list[int] = list(map(pdfium.FPDFText_GetUnicode, repeat(raw), range(count)))
    chars = list(map(_CHARACTERS.get, codes))
    lefts, tops, rights, bottoms = _boxes(raw, count)
    # All of them at once, and then only those that are more than a character with a box: half of a reading's time.
    plain = list(map(_as_glyph, zip(chars, lefts, rights, bottoms, tops, strict=True)))
    others = [index for index in range(count) if chars[index] is None or tops[index] == bottoms[index]]
    glyphs: list[Glyph] = []
    indexes: list[int] = []
    done = 0
    for index in others:
        glyphs += plain[done:index]
        indexes += range(done, index)
        done = index + 1
        code = codes[index]
        last = glyphs[-1] if glyphs else Glyph(SPACE, 0.0, 0.0, 0.0, 0.0)
        if code in _WHITE_SPACE and tops[index] == bottoms[index]:
            if code != 0x0D:  # A line feed follows.
                glyphs.append(last._replace(char=SPACE if code == 0x20 else LINE_END))
                indexes.append(-1)
        elif code == 0x02 and pdfium.FPDFText_IsHyphen(raw, index) == 1:
            # PDFium marks a hyphen at the end of a line in this way, and leaves out the end of the line.
            hyphen = plain[index]._replace(char=HYPHEN)
            glyphs += (hyphen, hyphen._replace(char=LINE_END))
            indexes += (index, -1)
        elif 0xDC00 <= code <= 0xDFFF and "\ud800" <= last.char < "\udc00":
            # The second half of a character beyond U+FFFF, in the box of the first.
            glyphs[-1] = last._replace(char=_meaning(0x10000 + ((ord(last.char) & 0x3FF) << 10 | code & 0x3FF)))
        else:
            glyphs.append(plain[index]._replace(char=_meaning(code)))
            indexes.append(index)
    glyphs += plain[done:]
    indexes += range(done, count)
    if any(0xD800 <= codes[index] <= 0xDFFF for index in others):
        glyphs = [glyph._replace(char=UNKNOWN) if _is_half(glyph.char) else glyph for glyph in glyphs]
    return glyphs, indexes


def _boxes(raw: Any, count: int) -> tuple[Sequence[float], ...]:
    """The left, top, right and bottom of each glyph's box. What PDFium adds has a box without height."""
    boxes = (pdfium.FS_RECTF * count)()
    box_at = pdfium.FPDFText_GetLooseCharBox
    for index, box in enumerate(boxes):
        box_at(raw, index, box)
    numbers = array("f", bytes(boxes))
    return tuple(numbers[place::4] for place in range(4))


def _is_half(char: str) -> bool:
    """Whether it is half of a character beyond U+FFFF."""
    return "\ud800" <= char <= "\udfff"


def _meaning(code: int) -> str:
    if code in _WHITE_SPACE:
        return " "
    if code in _HYPHENS:
        # Drawn, and so seen: many fonts name their one hyphen so. (A soft hyphen elsewhere is a place to break a word.)
        return HYPHEN
    if code < 0x20 or 0xE000 <= code <= 0xF8FF or code >= 0xF0000 or code in (0xFFFE, 0xFFFF):
        return UNKNOWN
    return chr(code)


@dataclass(frozen=True)
class _PageObjects:
    """What is on a page besides its text, as far as it decides about text."""

    width: float
    height: float
    images: list[_Box]
    has_invisible: bool
    has_turned: bool

    def hides(self, text_page: Any, index: int, glyph: Glyph) -> bool:
        """Whether a glyph is drawn without paint, and is not the text layer of an image."""
        item = pdfium.FPDFText_GetTextObject(text_page.raw, index)
        if not item or not _is_invisible(item):
            return False
        across, up = (glyph.left + glyph.right) / 2, (glyph.bottom + glyph.top) / 2
        return not any(
            (right - left) * (top - bottom) >= _SCAN_SHARE * self.width * self.height
            or (left <= across <= right and bottom <= up <= top)
            for left, right, bottom, top in self.images
        )


def _look_through(page: Any) -> _PageObjects:
    images: list[_Box] = []
    has_invisible = has_turned = False
    width, height = page.get_width(), page.get_height()
    for item, outermost in _objects(page):
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            images.append(_bounds(outermost))
        elif kind == pdfium.FPDF_PAGEOBJ_TEXT:
            has_invisible = has_invisible or _is_invisible(item)
            has_turned = has_turned or _is_turned(item)
        elif kind == pdfium.FPDF_PAGEOBJ_FORM:
            has_turned = has_turned or _is_turned(item)
    return _PageObjects(width, height, images, has_invisible, has_turned)


def _objects(page: Any) -> Iterator[tuple[Any, Any]]:
    """Every object of a page, those in forms too, with the object of the page itself that it is a part of.

    A form that a page draws a second time is another object with the same parts: the depth is bounded, and PDFium has
    unfolded them all when it opened the page.
    """
    count = pdfium.FPDFPage_CountObjects(page.raw)
    for outermost in (pdfium.FPDFPage_GetObject(page.raw, index) for index in range(count)):
        levels: list[Iterator[Any]] = [iter([outermost])]
        while levels:
            item = next(levels[-1], None)
            if item is None:
                levels.pop()
                continue
            yield item, outermost
            if pdfium.FPDFPageObj_GetType(item) == pdfium.FPDF_PAGEOBJ_FORM and len(levels) < _MAX_FORM_DEPTH:
                levels.append(_parts(item))


def _parts(form: Any) -> Iterator[Any]:
    return (pdfium.FPDFFormObj_GetObject(form, index) for index in range(pdfium.FPDFFormObj_CountObjects(form)))


def _bounds(item: Any) -> _Box:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    pdfium.FPDFPageObj_GetBounds(item, left, bottom, right, top)
    return left.value, right.value, bottom.value, top.value


def _is_invisible(item: Any) -> bool:
    if pdfium.FPDFTextObj_GetTextRenderMode(item) in _INVISIBLE_MODES:
        return True
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not pdfium.FPDFPageObj_GetFillColor(item, red, green, blue, alpha) or alpha.value:
        return False
    return bool(pdfium.FPDFTextObj_GetTextRenderMode(item) == pdfium.FPDF_TEXTRENDERMODE_FILL)


def _is_turned(item: Any) -> bool:
    matrix = pdfium.FS_MATRIX()
    return bool(pdfium.FPDFPageObj_GetMatrix(item, matrix)) and (abs(matrix.b) > abs(matrix.a) / 4 or matrix.a < 0)


def _quarters(text_page: Any, index: int) -> int:
    """By how many quarter turns, to the nearest, a glyph is turned clockwise."""
    angle: float = pdfium.FPDFText_GetCharAngle(text_page.raw, index)
    return round(angle / (math.pi / 2)) % 4


def _turned_back(glyph: Glyph, quarters: int) -> Glyph:
    char, left, right, bottom, top = glyph
    if quarters == 1:
        return Glyph(char, -top, -bottom, left, right)
    if quarters == 2:
        return Glyph(char, -right, -left, -top, -bottom)
    if quarters == 3:
        return Glyph(char, bottom, top, -right, -left)
    return glyph
