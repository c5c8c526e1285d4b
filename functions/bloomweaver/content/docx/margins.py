"""The headers and footers of a DOCX: what stands on each page, taken once."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from lxml import etree  # type: ignore[import-untyped]

from bloomweaver.content.docx.body import Styles, drop_unseen
from bloomweaver.content.docx.package import is_on, parse, value

_UNREAD = ("del", "moveFrom", "Fallback")


@dataclass(frozen=True)
class Margins:
    """The texts of all headers and of all footers, each once, in the order in which they come up."""

    headers: list[str]
    footers: list[str]


def read_margins(parts: Mapping[str, bytes], document: str, styles: Styles) -> Margins:
    """Those that pages of the document show; `document` is the name of the part with the body."""
    folder, name = posixpath.split(document)
    relationships = parts.get(f"{folder}/_rels/{name}.rels")
    targets = {} if relationships is None else _targets(relationships, folder)
    settings = parts.get(f"{folder}/settings.xml")
    has_even = settings is not None and is_on(parse(settings).find("{*}evenAndOddHeaders"))
    margins = Margins([], [])
    referred: dict[tuple[str, str], str] = {}
    text_of = cache(lambda name: _text(parts[name], styles) if name in parts else "")
    for section in parse(parts[document]).iter("{*}sectPr"):
        kinds = ["default"]
        if is_on(section.find("{*}titlePg")):
            kinds.append("first")
        if has_even:
            kinds.append("even")
        for tag, texts in (("headerReference", margins.headers), ("footerReference", margins.footers)):
            for reference in section.findall(f"{{*}}{tag}"):
                target = targets.get(value(reference, "id") or "", "")
                referred[tag, value(reference, "type") or "default"] = target
            # What a section does not say is as in the one before.
            for kind in kinds:
                text = text_of(referred.get((tag, kind), ""))
                if text and text not in texts:
                    texts.append(text)
    return margins


def _targets(relationships: bytes, folder: str) -> dict[str, str]:
    """The names of the parts that the document refers to, by the ids of its relationships."""
    targets = {}
    for relationship in parse(relationships):
        target = value(relationship, "Target") or ""
        path = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        targets[value(relationship, "Id") or ""] = path
    return targets


def _text(part: bytes, styles: Styles) -> str:
    """The paragraphs of a header or footer, in one line."""
    root = parse(part)
    drop_unseen(root, styles)
    lines = (" ".join("".join(_runs(paragraph)).split()) for paragraph in root.iter("{*}p"))
    return "; ".join(line for line in lines if line)


def _runs(element: etree._Element) -> Iterator[str]:
    """What the runs of a paragraph show, without paragraphs in it, such as those of a text box."""
    for child in element:
        name = etree.QName(child).localname if isinstance(child.tag, str) else ""
        if name == "t":
            yield child.text or ""
        elif name in ("tab", "br", "cr", "ptab"):
            yield " "
        elif name == "noBreakHyphen":
            yield "-"
        elif name != "p" and name not in _UNREAD:
            yield from _runs(child)
