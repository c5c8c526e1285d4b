"""The XML parts of a DOCX: read within limits, and written again as a smaller one with nothing else in it."""

import re
from collections.abc import Mapping
from io import BytesIO
from zipfile import ZipFile

from lxml import etree  # type: ignore[import-untyped]

from bloomweaver.content.limits import MEBIBYTE
from bloomweaver.errors import ExtractionFailed

MAX_XML_BYTES = 32 * MEBIBYTE
MAX_XML_TAGS = 500_000
"""Of all XML parts of the file together: some 600 full pages. The parser takes up to 1 KiB of memory for a tag, which
may be four bytes long."""

_DECLARES_TYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)")


def read_parts(data: bytes) -> dict[str, bytes]:
    """The XML parts by name. Raises `ExtractionFailed` if they are more than a parser should be given, and what zipfile
    raises if the file is broken."""
    with ZipFile(BytesIO(data)) as archive:
        members = [part for part in archive.infolist() if part.filename.endswith((".xml", ".rels"))]
        # Sizes as declared, which bound the reading: zipfile stops there, whatever the compressed data goes on to say.
        if sum(part.file_size for part in members) > MAX_XML_BYTES:
            raise ExtractionFailed(f"the DOCX document unpacks to more than {MAX_XML_BYTES // MEBIBYTE} MiB of XML")
        parts = {part.filename: archive.read(part) for part in members}
    if sum(part.count(b"<") for part in parts.values()) > MAX_XML_TAGS:
        raise ExtractionFailed(f"the DOCX document has more than {MAX_XML_TAGS:,} XML tags")
    return parts


def write_parts(parts: Mapping[str, bytes]) -> BytesIO:
    """A file with these parts. Images and fonts are left out: nothing of them is text."""
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    file.seek(0)
    return file


def parse(part: bytes) -> etree._Element:
    """The root of a part. Raises `ExtractionFailed` if it declares entities, which no such part may, and what lxml
    raises if it is no XML."""
    if _DECLARES_TYPE.search(part):
        raise ExtractionFailed("the DOCX document is broken: a part of it declares a document type")
    # As deep as it may be: what is too deep for the converter is refused by that.
    return etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))


def value(element: etree._Element | None, name: str = "val") -> str | None:
    """An attribute by its name alone, since there are two namespaces for the same; none without the element."""
    if element is None:
        return None
    return next((str(text) for key, text in element.items() if etree.QName(key).localname == name), None)


def is_on(element: etree._Element | None) -> bool | None:
    """Whether a property is switched on; none if it is not there."""
    return None if element is None else value(element) not in ("0", "false", "off")
