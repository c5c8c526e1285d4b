"""Makes the body of a DOCX ready for the converter: without what nobody sees, and with each cell in its column."""

from lxml import etree  # type: ignore[import-untyped]

from bloomweaver.content.docx.package import is_on, parse, value

_BODIES = ("document", "footnotes", "endnotes", "hdr", "ftr")


class Styles:
    """Which styles hide their text."""

    def __init__(self, part: bytes | None) -> None:
        styles = [] if part is None else list(parse(part).iter("{*}style"))
        self._own = {value(style, "styleId"): is_on(style.find("{*}rPr/{*}vanish")) for style in styles}
        self._based_on = {value(style, "styleId"): value(style.find("{*}basedOn")) for style in styles}

    def hides(self, style: str | None) -> bool | None:
        """Whether the style hides its text; none if neither it nor those that it is based on say."""
        seen: set[str] = set()
        while style is not None and style not in seen:
            seen.add(style)
            if (own := self._own.get(style)) is not None:
                return own
            style = self._based_on.get(style)
        return None


def prepare(part: bytes, styles: Styles) -> bytes:
    """The part ready for the converter; as it is, if it is no body."""
    root = parse(part)
    if etree.QName(root).localname not in _BODIES:
        return part
    drop_unseen(root, styles)
    # Between rows or cells they keep the converter from merging these.
    for mark in list(root.iter("{*}bookmarkStart", "{*}bookmarkEnd", "{*}proofErr", "{*}permStart", "{*}permEnd")):
        _remove(mark)
    for row in root.iter("{*}tr"):
        _pad(row)
    prepared: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return prepared


def drop_unseen(root: etree._Element, styles: Styles) -> None:
    """Take out hidden runs, rows and drawings."""
    for run in list(root.iter("{*}r")):
        if _is_hidden(run, styles):
            _remove(run)
    for row in list(root.iter("{*}tr")):
        if is_on(row.find("{*}trPr/{*}hidden")):
            _remove(row)
    for properties in list(root.iter("{*}docPr")):
        drawing = next(properties.iterancestors("{*}drawing"), None)
        if drawing is not None and value(properties, "hidden") in ("1", "true"):
            _remove(drawing)


def _is_hidden(run: etree._Element, styles: Styles) -> bool:
    """Whether a run is hidden: the first that says so or not of itself, its style and the style of its paragraph."""
    own = is_on(run.find("{*}rPr/{*}vanish"))
    if own is None:
        own = styles.hides(value(run.find("{*}rPr/{*}rStyle")))
    if own is None:
        paragraph = next(run.iterancestors("{*}p"), None)
        own = None if paragraph is None else styles.hides(value(paragraph.find("{*}pPr/{*}pStyle")))
    return bool(own)


def _pad(row: etree._Element) -> None:
    """Put empty cells in the place of the columns that a row leaves out before its first cell."""
    skipped = value(row.find("{*}trPr/{*}gridBefore")) or "0"
    first = row.find("{*}tc")
    if first is None or not skipped.isdigit():
        return
    name = etree.QName(first)
    for _ in range(min(int(skipped), 63)):  # Word has no more columns.
        cell = etree.Element(name)
        etree.SubElement(cell, etree.QName(name.namespace, "p"))
        first.addprevious(cell)


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
