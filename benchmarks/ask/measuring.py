"""Answers the questions of a set, and sets the least score with which `extractive` answers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
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

    def errors(self, least: float) -> tuple[float, float]:
        """Both errors, each as a part of what is allowed of it."""
        return self.wrongly(least) / WRONGLY_AT_MOST, (1 - self.rightly(least)) / (1 - UNANSWERABLE_AT_LEAST)


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
    """The least score, in hundredths, with which the worst error of all sets is the least, as a part of what is allowed
    of it; where several do alike, all errors together decide."""

    def worth(least: float) -> tuple[float, float]:
        errors = [error for each in scores for error in each.errors(least)]
        return max(errors), sum(errors)

    return min((step / 100 for step in range(101)), key=worth)


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
