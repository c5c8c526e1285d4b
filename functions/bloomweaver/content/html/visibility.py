"""What of a page nobody sees, and is left out: it would be found, and given to a model, behind a reader's back.

Only what the page itself says of an element. Style sheets and scripts are not read.
"""

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

_NEVER_SHOWN = ("script", "style", "template", "noscript", "datalist", "rp", "noframes", "noembed")
_NO_TEXT = (
    "svg",
    "iframe",
    "object",
    "button",
    "select",
    "textarea",
    "input",
    "audio",
    "video",
    "canvas",
    "meter",
    "progress",
)
"""Shown as something else than text. The words beside it do not touch."""


def drop_unseen(soup: BeautifulSoup) -> None:
    """Take out of a page what is not shown, or is no text."""
    for element in soup(_NEVER_SHOWN):
        element.decompose()
    for element in soup(_NO_TEXT):
        element.replace_with(" ")
    for element in soup("nav"):
        element.clear()  # Where it stands, a line ends.
    for element in soup(lambda tag: _is_undisplayed(tag)):
        if not element.decomposed:
            element.decompose()
    _blank_invisible(soup)


def declarations(element: Tag) -> dict[str, str]:
    """The properties that an element's own style sets, in lower case."""
    style = element.get("style")
    if not isinstance(style, str):
        return {}
    properties: dict[str, str] = {}
    important: set[str] = set()
    for declaration in style.lower().split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        value, mark, _ = (part.strip() for part in value.partition("!important"))
        if mark or name not in important:
            properties[name] = value
        if mark:
            important.add(name)
    return properties


def _is_undisplayed(element: Tag) -> bool:
    if element.has_attr("hidden") or element.has_attr("popover"):
        return True
    if element.name == "dialog" and not element.has_attr("open"):
        return True
    properties = declarations(element)
    if properties.get("display") == "none" or properties.get("content-visibility") == "hidden":
        return True
    return any(_is_zero(properties[name]) for name in ("opacity", "font-size") if name in properties)


def _is_zero(value: str) -> bool:
    number = value.rstrip("%abcdefghijklmnopqrstuvwxyz")
    try:
        return float(number) == 0
    except ValueError:
        return False


def _visibility(element: Tag) -> str | None:
    """`hidden` or `visible`, if the element says so."""
    value = declarations(element).get("visibility")
    if value is None or value == "inherit":
        return None
    return "hidden" if value in ("hidden", "collapse") else "visible"


def _blank_invisible(soup: BeautifulSoup) -> None:
    """Take the text out of elements that keep their place and are not visible, but for the parts that say they are."""
    hidden = {id(soup): False}
    for node in list(soup.descendants):
        inherited = hidden[id(node.parent)]
        if isinstance(node, Tag):
            own = _visibility(node)
            hidden[id(node)] = inherited if own is None else own == "hidden"
            if hidden[id(node)] and node.name == "img":
                node["alt"] = ""
        elif inherited and isinstance(node, NavigableString):
            node.replace_with(" ")
