"""A set to measure answers with: documents, and questions with the sentences that answer them."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from benchmarks.errors import RunError
from benchmarks.retrieval.sets import Item, RetrievalSet

_NOT_WORDS = re.compile(r"[\W_]+")


class Half(StrEnum):
    """What a question is for."""

    SETTING = "setting"
    """Thresholds are set on it."""
    MEASURING = "measuring"
    """Figures are of it."""


@dataclass(frozen=True)
class Question:
    """A question, and what answers it."""

    id: str
    text: str
    document: str
    """The one that answers it. In a scope without it nothing does."""
    answers: tuple[str, ...]
    """Sentences of the document; each answers."""
    kind: str
    """Of what sort it is: errors are counted by it."""

    @property
    def half(self) -> Half:
        """By the last bit of the SHA-256 of the question: the same question is always of the same half."""
        last = hashlib.sha256(self.text.encode()).digest()[-1]
        return Half.MEASURING if last & 1 else Half.SETTING


@dataclass(frozen=True)
class AskSet:
    """Documents by id, and questions. Raises `RunError` for a question whose document is not there."""

    name: str
    documents: Mapping[str, Item]
    questions: Sequence[Question]

    def __post_init__(self) -> None:
        if not self.documents or not self.questions:
            raise RunError(f"the set {self.name} has {len(self.documents)} documents, {len(self.questions)} questions")
        for question in self.questions:
            if question.document not in self.documents:
                raise RunError(f"{self.name}: there is no document {question.document!r} for {question.text!r}")

    def as_retrieval(self) -> RetrievalSet:
        """The same as documents to be found: each question has its document."""
        return RetrievalSet(
            name=self.name,
            documents=self.documents,
            queries={question.id: question.text for question in self.questions},
            relevant={question.id: {question.document: 1} for question in self.questions},
        )


def words(text: str) -> str:
    """The words of a text with spaces around each: what texts are compared by. Signs and line breaks do not count."""
    return f" {_NOT_WORDS.sub(' ', text.casefold()).strip()} "


def known_items(
    name: str, documents: Mapping[str, Item], questions: Iterable[Question], of_a_kind: int | None = None
) -> AskSet:
    """The set of these questions, but for those that something else may answer too: questions that are asked of
    several places, and those of which an answer stands in more than one place of the documents. `of_a_kind` bounds how
    many of a kind there are; a digest chooses them."""
    found = list(questions)
    counts: dict[str, int] = {}
    for question in found:
        counts[words(question.text)] = counts.get(words(question.text), 0) + 1
    alone = [question for question in found if counts[words(question.text)] == 1]
    texts = {id_: words(document.text) for id_, document in documents.items()}
    chosen: list[Question] = []
    of_kind: dict[str, int] = {}
    for question in sorted(alone, key=lambda question: hashlib.sha256(question.id.encode()).digest()):
        if of_a_kind is not None and of_kind.get(question.kind, 0) == of_a_kind:
            continue
        if any(sum(text.count(words(answer)) for text in texts.values()) > 1 for answer in question.answers):
            continue
        of_kind[question.kind] = of_kind.get(question.kind, 0) + 1
        chosen.append(question)
    return AskSet(name, documents, sorted(chosen, key=lambda question: question.id))


def sentences_of(paragraph: str) -> Iterator[str]:
    """The sentences of a paragraph, with single spaces. This is not how the product cuts them: what is measured does
    not say itself what is right."""
    flat = " ".join(paragraph.split())
    yield from (part for part in re.split(r"(?<=[.!?])\s+(?=[A-Z\"'(*`])", flat) if part)
