"""What was measured of answers: how often they are right, by set and by kind of question, and how long they take."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.ask.answering import Answered
from benchmarks.ask.measuring import UNANSWERABLE_AT_LEAST, WRONGLY_AT_MOST
from benchmarks.ask.sets import AskSet
from benchmarks.figures import Figure

GIVEN_AT_LEAST = 0.90
QUOTED_AT_LEAST = 0.75


@dataclass(frozen=True)
class KindResult:
    """Of the questions of one kind, as parts of them."""

    kind: str
    questions: int
    given: float
    """A passage that answers was among those that the generator was given."""
    quoted: float
    """A sentence that answers was quoted."""
    wrongly_no_answer: float
    rightly_no_answer: float
    """The same question, where nothing answers it."""


@dataclass(frozen=True)
class SetResult:
    """Of one set: all questions together, then by kind."""

    name: str
    model: str
    measured_at: str
    documents: int
    least_score: float
    quotes: int
    not_literal: int
    """Quotes that do not stand in their passage."""
    not_given: int
    """Citations of what was not given."""
    all: KindResult
    kinds: tuple[KindResult, ...]

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "SetResult":
        """What `asdict` made of one."""
        kinds = tuple(KindResult(**kind) for kind in value["kinds"])
        return cls(**{**value, "all": KindResult(**value["all"]), "kinds": kinds})

    @property
    def figures(self) -> list[Figure]:
        """With what they are meant to reach."""
        return [
            Figure("questions that the documents answer", "", self.all.questions),
            Figure("the answering passage is among those given", "", self.all.given, GIVEN_AT_LEAST, at_least=True),
            Figure("the answering sentence is quoted", "", self.all.quoted, QUOTED_AT_LEAST, at_least=True),
            Figure("quotes that stand in their passage", "", self._literally, 1.0, at_least=True),
            Figure(
                "no answer where there is none",
                "",
                self.all.rightly_no_answer,
                UNANSWERABLE_AT_LEAST,
                at_least=True,
            ),
            Figure("no answer where there is one", "", self.all.wrongly_no_answer, WRONGLY_AT_MOST),
            Figure("citations of what was not given", "", self.not_given, 0),
        ]

    @property
    def _literally(self) -> float:
        return 1 - self.not_literal / self.quotes if self.quotes else 1.0


def of_set(source: AskSet, answered: Sequence[Answered], model: str, least_score: float, measured_at: str) -> SetResult:
    """What came of the questions of a set."""
    kinds = sorted({each.question.kind for each in answered})
    return SetResult(
        name=source.name,
        model=model,
        measured_at=measured_at,
        documents=len(source.documents),
        least_score=least_score,
        quotes=sum(len(each.quotes) for each in answered),
        not_literal=sum(each.not_literal for each in answered),
        not_given=sum(each.not_given for each in answered),
        all=_of_kind("all", answered),
        kinds=tuple(_of_kind(kind, [each for each in answered if each.question.kind == kind]) for kind in kinds),
    )


def _of_kind(kind: str, answered: Sequence[Answered]) -> KindResult:
    answerable = [each for each in answered if each.answerable]
    others = [each for each in answered if not each.answerable]
    return KindResult(
        kind=kind,
        questions=len(answerable),
        given=_part(answerable, lambda each: each.was_given),
        quoted=_part(answerable, lambda each: each.is_quoted),
        wrongly_no_answer=_part(answerable, lambda each: each.says_nothing),
        rightly_no_answer=_part(others, lambda each: each.says_nothing),
    )


def _part(answered: Sequence[Answered], rule: Callable[[Answered], bool]) -> float:
    return sum(map(rule, answered)) / len(answered) if answered else 0.0


@dataclass(frozen=True)
class Latencies:
    """Of a stack on one machine, in seconds; medians of `questions`."""

    measured_at: str
    questions: int
    first_quote: float
    """From a question to the first quoted sentence as read."""
    before_model: float
    """From a question to the request that a model is asked with."""
    after_token: float
    """From a model's first token to the text as read."""

    @property
    def figures(self) -> list[Figure]:
        """With what they are meant to reach."""
        return [
            Figure("question to the first quoted sentence, median", "s", self.first_quote, 1.0),
            Figure("question to the model's being asked, median", "s", self.before_model, 0.5),
            Figure("a model's first token to its being read, median", "s", self.after_token),
        ]


@dataclass(frozen=True)
class Results:
    """All that is in the file."""

    machine: Mapping[str, Any]
    sets: tuple[SetResult, ...]
    latencies: Latencies | None

    def save(self, path: Path) -> None:
        """Write them into a file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=2) + "\n")


def together(path: Path, machine: Mapping[str, Any], sets: Iterable[SetResult], latencies: Latencies | None) -> Results:
    """What is in the file, with what was measured now in its place."""
    before = json.loads(path.read_text()) if path.is_file() else {"sets": [], "latencies": None}
    all_sets = {each.name: each for each in (*map(SetResult.from_json, before["sets"]), *sets)}
    if latencies is None and before["latencies"] is not None:
        latencies = Latencies(**before["latencies"])
    return Results(machine, tuple(all_sets[name] for name in sorted(all_sets)), latencies)
