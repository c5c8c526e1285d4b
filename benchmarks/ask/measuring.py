"""Answers the questions of a set, and sets the least score with which `extractive` answers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from math import sqrt
from pathlib import Path

from benchmarks.ask.answering import Answered, Answers
from benchmarks.ask.sets import AskSet, Half, Question
from benchmarks.errors import RunError
from benchmarks.retrieval.indexing import Model, index
from bloomweaver.adapters.embedding_model import InProcessEncoder
from bloomweaver.answering.extractive import ExtractiveGenerator
from bloomweaver.answering.ports import Event, NothingSaid, TextEncoder
from bloomweaver.answering.prompt import Prompt
from bloomweaver.ports import Objects

UNANSWERABLE_AT_LEAST = 0.80
"""Of the questions that nothing answers, those of which it is said that the documents do not say."""
WRONGLY_AT_MOST = 0.10
"""Of the others, those of which it is said too."""


@dataclass(frozen=True)
class Scores:
    """What the best sentence is worth, of each question of a set's first half."""

    source: str
    answerable: Sequence[float]
    unanswerable: Sequence[float]

    def wrongly(self, least: float) -> float:
        """The part of the answerable questions that would have no answer."""
        return _below(self.answerable, least)

    def rightly(self, least: float) -> float:
        """The part of the others that would have none."""
        return _below(self.unanswerable, least)

    def is_safe(self, least: float) -> bool:
        """Whether as many of the others would have no answer as there should, and two standard errors more."""
        if not self.unanswerable:
            return True
        error = sqrt(UNANSWERABLE_AT_LEAST * (1 - UNANSWERABLE_AT_LEAST) / len(self.unanswerable))
        return self.rightly(least) >= min(1.0, UNANSWERABLE_AT_LEAST + 2 * error)


class Measuring:
    """Answers with an embedding model."""

    def __init__(self, model: str, vectors: Path | None = None) -> None:
        """`vectors` is a folder in which the vectors of passages are kept for the next run; none keeps nothing."""
        self.model = Model(model, vectors)
        self._encoder: TextEncoder = InProcessEncoder(model, None, _no_bucket)

    def answered(self, source: AskSet, least: float, folder: Path, tell: Callable[[], None]) -> list[Answered]:
        """Both answers of each question of the second half, one that can be answered, one that cannot. `tell` is called
        after each question."""
        answers = self._answers(source, ExtractiveGenerator(self._encoder, least_score=least), folder)
        return [
            answers.answer(question, answerable=answerable)
            for question in _told(source, Half.MEASURING, tell)
            for answerable in (True, False)
        ]

    def scores(self, source: AskSet, folder: Path, tell: Callable[[], None]) -> Scores:
        """What the best sentence is worth, of each question of the first half."""
        listening = _Listening(ExtractiveGenerator(self._encoder, least_score=-1))
        answers = self._answers(source, listening, folder)
        found: dict[bool, list[float]] = {True: [], False: []}
        for question in _told(source, Half.SETTING, tell):
            for answerable, scores in found.items():
                answers.answer(question, answerable=answerable)
                scores.append(listening.best)
        return Scores(source.name, found[True], found[False])

    def _answers(self, source: AskSet, generator: "ExtractiveGenerator | _Listening", folder: Path) -> Answers:
        return Answers(index(source.as_retrieval(), self.model, folder), self.model, generator)


def least_score(scores: Sequence[Scores]) -> float:
    """The least score, in hundredths, with which it is safe in every set that what nothing answers gets no answer as
    often as it should. Each step more takes answers from questions that have one."""
    return next(step / 100 for step in count() if all(each.is_safe(step / 100) for each in scores))


class _Listening:
    """Implements `Generator`: keeps what the best sentence is worth, and says nothing."""

    name = "listening"

    def __init__(self, generator: ExtractiveGenerator) -> None:
        self._generator = generator
        self.best = 0.0

    def answer(self, prompt: Prompt) -> Iterator[Event]:
        judged = self._generator.judge(prompt)
        self.best = judged[0].score if judged else 0.0
        yield NothingSaid()


def _told(source: AskSet, half: Half, tell: Callable[[], None]) -> Iterator[Question]:
    for question in source.questions:
        if question.half is half:
            yield question
            tell()


def _below(scores: Sequence[float], least: float) -> float:
    return sum(score < least for score in scores) / len(scores) if scores else 0.0


def _no_bucket() -> Objects:
    raise RunError("the model is in no folder here")
