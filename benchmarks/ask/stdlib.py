"""Questions that the installed Python's own documentation answers, made by rule. The same interpreter gives the same.

| kind | in the entry of `NAME` there is | the question |
|---|---|---|
| purpose | a first sentence | What does `NAME` do? |
| module | a first sentence of the module's own text | What is the module `NAME` for? |
| condition | `If X, Y.` or `When X, Y.` | What happens in `NAME` if X? |
| raises | `Raises E if X.` | When does `NAME` raise `E`? |
| returns | `Returns X.`, and it is not the first sentence | What does `NAME` return? |
| default | `P defaults to X.`, and `P` is a parameter | What does `P` default to in `NAME`? |

The answer is that sentence. Of an entry, one sentence of a kind is taken if it is the only one of its kind.
"""

import re
from collections.abc import Iterator, Sequence

from benchmarks.ask.sets import AskSet, Question, known_items, sentences_of
from benchmarks.corpus import CorpusDocument
from benchmarks.retrieval.sets import Item

OF_A_KIND = 100
WORDS_AT_LEAST = 5
"""A shorter sentence says too little to be told from another."""
CHARACTERS_AT_MOST = 300
"""A longer one is mostly a table or code without its line breaks."""

_HEADING = re.compile(r"^#{2,3} (?:class )?(?P<name>[\w.]+)(?P<signature>.*)$", re.MULTILINE)
_CONDITION = re.compile(r"(?:If|When) (?P<condition>[^,]{8,90}), (?:then )?\w")
_RAISES = re.compile(
    r"Raises? (?:an? |the )?(?P<error>[A-Z]\w*(?:Error|Exception|Warning|Exit|Iteration))\b.* (?:if|when) "
)
_RETURNS = re.compile(r"Returns? ")
_DEFAULT = re.compile(r"(?:^|[ *`'\"])(?P<parameter>[a-z]\w+)[*`'\"]? (?:argument |parameter )?defaults to ")


def of_corpus(corpus: Sequence[CorpusDocument]) -> AskSet:
    """The set of the documents of a corpus."""
    documents = {
        each.doc_hash: Item(title=each.module, text=each.text, content_type="text/markdown") for each in corpus
    }
    questions = (question for each in corpus for question in _questions(each))
    return known_items("stdlib", documents, questions, OF_A_KIND)


def _questions(document: CorpusDocument) -> Iterator[Question]:
    headings = list(_HEADING.finditer(document.text))
    starts = [heading.start() for heading in headings]
    top = document.text[: starts[0] if starts else len(document.text)].partition("\n")[2]
    for said in _sentences(top)[:1]:
        asked = f"What is the module {document.module} for?"
        yield Question(f"{document.module} module", asked, document.doc_hash, (said,), "module")
    for heading, end in zip(headings, [*starts, len(document.text)][1:], strict=True):
        name = f"{document.module}.{heading['name']}"
        said_of_it = _sentences(document.text[heading.end() : end])
        for kind, asked, said in _of_entry(name, heading["signature"], said_of_it):
            yield Question(f"{name} {kind}", asked, document.doc_hash, (said,), kind)


def _of_entry(name: str, signature: str, said: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Kind, question and answer, of the sentences of an entry."""
    if not said:
        return
    yield "purpose", f"What does {name} do?", said[0]
    rest = said[1:]
    if found := _only(_CONDITION, rest):
        yield "condition", f"What happens in {name} if {found['condition']}?", found.string
    if found := _only(_RAISES, rest):
        yield "raises", f"When does {name} raise {found['error']}?", found.string
    if not _RETURNS.match(said[0]) and (found := _only(_RETURNS, rest)):
        yield "returns", f"What does {name} return?", found.string
    found = _only(_DEFAULT, rest, anywhere=True)
    if found and re.search(rf"\b{found['parameter']}\b", signature):
        yield "default", f"What does {found['parameter']} default to in {name}?", found.string


def _only(pattern: re.Pattern[str], said: Sequence[str], *, anywhere: bool = False) -> re.Match[str] | None:
    """The one sentence of these that is of a pattern, if it is one."""
    matches = [pattern.search(each) if anywhere else pattern.match(each) for each in said]
    found = [match for match in matches if match is not None]
    return found[0] if len(found) == 1 else None


def _sentences(text: str) -> list[str]:
    """The whole sentences of an entry, without those of examples."""
    paragraphs = (part for part in re.split(r"\n\s*\n", text) if ">>>" not in part and "::" not in part)
    return [
        said
        for paragraph in paragraphs
        for said in sentences_of(paragraph)
        if said.endswith(".") and len(said.split()) >= WORDS_AT_LEAST and len(said) <= CHARACTERS_AT_MOST
    ]
