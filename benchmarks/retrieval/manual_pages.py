"""Known items of a folder of manual pages: a page is a document, its one-line summary the query.

The line with the summary is taken out of the page. The pages are read without a formatter: what matters is their words.
"""

import gzip
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from benchmarks.errors import RunError
from benchmarks.retrieval.sets import Item, KnownItem, RetrievalSet, of_known_items

PAGES_MAX = 1000
OF_ONE_PROGRAM_MAX = 50
"""How many pages whose names begin with the same word: some programs have thousands, which are all alike."""
CHARACTERS_MAX = 4000
"""Of a page: the longest ones are hundreds of passages."""
SUMMARY_WORDS_AT_LEAST = 3
REST_CHARACTERS_AT_LEAST = 300

_NAME_SECTION = re.compile(
    r"^\.S[Hh]\s+\"?NAME\"?\s*\n(?P<body>.*?)(?=^\.S[Hh]\b)", re.MULTILINE | re.DOTALL | re.IGNORECASE
)
_SEPARATOR = re.compile(r"\s+(?:-{1,3}|–|—)\s+")  # noqa: RUF001
_ESCAPES = (
    (re.compile(r"\\f(?:\[[^]]*\]|\([A-Za-z0-9]{2}|.)|\\s[-+]?\d|\\[&/,|^%:]|\\\*\(..|\\\*\[[^]]*\]"), ""),
    (re.compile(r"\\\((?:em|en|hy|mi)|\\\[(?:em|en|hy)\]"), "-"),
    (re.compile(r"\\\((?:aq|oq|cq|dq|lq|rq)|\\\[(?:aq|oq|cq|dq|lq|rq)\]"), "'"),
    (re.compile(r"\\\(..|\\\[[^]]*\]"), " "),
    (re.compile(r"\\-"), "-"),
    (re.compile(r"\\[ ~0]"), " "),
    (re.compile(r"\\e"), r"\\"),
)
_MACRO = re.compile(r"[.'][ \t]*(?P<name>[A-Za-z]*)[ \t]*(?P<arguments>.*)")
_WITH_WORDS = frozenset(
    {
        "B",
        "I",
        "BR",
        "IR",
        "RB",
        "RI",
        "BI",
        "IB",
        "SM",
        "SB",
        "IP",
        "Nm",
        "Fl",
        "Ar",
        "Cm",
        "Pa",
        "Xr",
        "It",
        "Em",
        "Sy",
        "Ic",
        "Dq",
        "Ql",
        "Sq",
    }
)
_PARAGRAPHS = frozenset({"P", "PP", "LP", "Pp", "TP", "sp"})


def read(folder: Path) -> RetrievalSet:
    """The set of the English pages below `folder`, `PAGES_MAX` of them at most, chosen by a digest of their names.

    Raises `RunError` if there are none.
    """
    paths = [path for path in folder.glob("man[1-8]/*") if path.is_file() and not path.is_symlink()]
    items: list[KnownItem] = []
    of_program: dict[str, int] = {}
    for path in sorted(paths, key=lambda path: (zlib.crc32(path.name.encode()), path.name)):
        program = re.split(r"[-_.:]", path.name, maxsplit=1)[0]
        if len(items) == PAGES_MAX or of_program.get(program, 0) == OF_ONE_PROGRAM_MAX:
            continue
        for item in _known_item(path):
            items.append(item)
            of_program[program] = of_program.get(program, 0) + 1
    if not items:
        raise RunError(f"{folder} has no manual pages with a summary")
    return of_known_items("manual pages", items)


def _known_item(path: Path) -> Iterator[KnownItem]:
    """The page as a known item; nothing for one without a summary, such as a reference to another page."""
    data = path.read_bytes()
    source = (gzip.decompress(data) if path.suffix == ".gz" else data).decode(errors="replace")
    section = _NAME_SECTION.search(source)
    if section is None:
        return
    name = path.name.removesuffix(".gz")
    described = re.search(r"^\.Nd\s+(.*)$", section["body"], re.MULTILINE)
    line = " ".join(plain(section["body"]).split())
    summary = plain(described[1]).strip() if described else (_SEPARATOR.split(line, maxsplit=1)[1:] or [""])[0]
    text = plain(source[section.end() :]).strip()[:CHARACTERS_MAX]
    if len(summary.split()) >= SUMMARY_WORDS_AT_LEAST and len(text) >= REST_CHARACTERS_AT_LEAST:
        yield KnownItem(name, Item(title=name.rpartition(".")[0], text=text), summary)


def plain(source: str) -> str:
    """The words of a page's source, with its headings and paragraphs."""
    lines: list[str] = []
    for line in source.splitlines():
        if line.startswith((".", "'")):
            macro = _MACRO.match(line)
            name, arguments = (macro["name"], macro["arguments"]) if macro else ("", "")
            if name.upper() in ("SH", "SS"):
                lines += ["", _unescaped(arguments).strip('"'), ""]
            elif name in _PARAGRAPHS:
                lines.append("")
            elif name in _WITH_WORDS:
                lines.append(_unescaped(arguments).replace('"', ""))
        else:
            lines.append(_unescaped(line))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def _unescaped(text: str) -> str:
    for pattern, instead in _ESCAPES:
        text = pattern.sub(instead, text)
    return text
