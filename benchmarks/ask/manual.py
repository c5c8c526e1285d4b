"""Questions that Python's manual answers, as HTML pages: the headings of its FAQ, and the terms of its glossary.

Debian's package `python3-doc` has them in `/usr/share/doc/python3/html`, and python.org as an archive. What answers a
question of the FAQ are the sentences of the first paragraph below it that has one of five words; a term, the first
sentence of its entry. The documents are the pages of the FAQ, the glossary, and those about installing, extending and
setting up: they tell of other things, so that nothing of them answers where the page is left out that does.
"""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from benchmarks.ask.sets import AskSet, Question, known_items, sentences_of
from benchmarks.errors import RunError
from benchmarks.retrieval.sets import Item

PAGES = ("faq/*.html", "glossary.html", "installing/*.html", "extending/*.html", "using/*.html")
WORDS_AT_LEAST = 5

_HEADING = re.compile(r"<h[23]>(?P<title>.*?)</h[23]>(?P<below>.*?)(?=<section|</section|<h[1-6])", re.DOTALL)
_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)
_TERM = re.compile(r"<dt id=\"term-[^\"]*\">(?P<term>.*?)</dt>\s*<dd>\s*<p>(?P<said>.*?)</p>", re.DOTALL)
_PERMALINK = re.compile(r"<a class=\"headerlink\".*?</a>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


def read(folder: Path) -> AskSet:
    """The set of the manual in `folder`. Raises `RunError` if that has no FAQ and no glossary."""
    paths = sorted(path for pattern in PAGES for path in folder.glob(pattern))
    pages = {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in paths}
    questions = [question for id_, page in pages.items() for question in _questions(id_, page)]
    if not questions:
        raise RunError(f"{folder} has no pages of Python's FAQ or glossary: it is the folder with glossary.html in it")
    documents = {id_: Item(title="", text=page, content_type="text/html") for id_, page in pages.items()}
    return known_items("Python's FAQ and glossary", documents, questions)


def _questions(id_: str, page: str) -> Iterator[Question]:
    if id_ == "glossary.html":
        for entry in _TERM.finditer(page):
            term = _plain(entry["term"])
            said = next(sentences_of(_plain(entry["said"])), "")
            if re.match(r"\w", term) and _says_something(said):
                yield Question(f"glossary {term}", f"What is {_article(term)}{term}?", id_, (said,), "term")
        return
    for heading in _HEADING.finditer(page):
        title = _plain(heading["title"])
        paragraphs = (list(sentences_of(_plain(each))) for each in _PARAGRAPH.findall(heading["below"]))
        first = next((each for each in paragraphs if any(map(_says_something, each))), [])
        if title.endswith("?") and first:
            answers = tuple(filter(_says_something, first))
            yield Question(f"{id_} {title}", title, id_, answers, "faq")


def _says_something(sentence: str) -> bool:
    return len(sentence.split()) >= WORDS_AT_LEAST


def _article(term: str) -> str:
    return "" if term[0].isupper() or term.endswith("s") else "an " if term[0] in "aeiou" else "a "


def _plain(html: str) -> str:
    return " ".join(unescape(_TAG.sub("", _PERMALINK.sub("", html))).split())
