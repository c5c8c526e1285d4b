"""What is counted of answers, how the least score is set, and what stays in the file of results."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.ask import results
from benchmarks.ask.answering import Answered
from benchmarks.ask.measuring import Scores, least_score
from benchmarks.ask.report import as_markdown
from benchmarks.ask.results import Latencies, SetResult
from benchmarks.ask.sets import AskSet, Question
from benchmarks.retrieval.sets import Item

ANSWER = "The tide tables are in the blue cabinet."
QUESTION = Question("1", "Where are the tide tables?", "tides", (ANSWER,), "where")
SOURCE = AskSet("sea", {"tides": Item("", ANSWER)}, [QUESTION])
MACHINE = {"cpu": "A processor", "cores": 2, "memory_mib": 24576, "system": "Linux 6", "python": "3.11.7"}


def _answered(*quotes: str, answerable: bool = True, given: str = ANSWER, not_literal: int = 0) -> Answered:
    return Answered(QUESTION, answerable, not quotes, (given,), quotes, not_literal, 0)


def _result(*answered: Answered) -> SetResult:
    return results.of_set(SOURCE, answered, "minilm", 0.5, "2026-01-01T00:00:00+00:00")


@pytest.mark.parametrize(
    ("quote", "is_quoted"),
    [
        (ANSWER, True),
        ("Tides. The tide\ntables are in the *blue* cabinet. They are old.", True),
        ("tables are in the blue cabinet", True),
        ("in the blue", False),
        ("The tide tables are in the red cabinet.", False),
    ],
)
def test_a_sentence_is_quoted_if_most_of_its_words_are(quote: str, is_quoted: bool) -> None:
    assert _answered(quote).is_quoted is is_quoted


def test_answers_are_counted_together_and_by_kind() -> None:
    found = _result(
        _answered(ANSWER),
        _answered("Something else.", not_literal=1),
        _answered(given="Something else."),
        _answered(given="", answerable=False),
        _answered("Something else.", answerable=False),
    )
    assert found.all.questions == 3
    assert (found.all.given, found.all.quoted) == (pytest.approx(2 / 3), pytest.approx(1 / 3))
    assert (found.all.wrongly_no_answer, found.all.rightly_no_answer) == (pytest.approx(1 / 3), 0.5)
    assert (found.quotes, found.not_literal, found.not_given) == (3, 1, 0)
    assert [kind.kind for kind in found.kinds] == ["where"]
    missed = [figure.name for figure in found.figures if figure.met is False]
    assert missed == [
        "the answering passage is among those given",
        "the answering sentence is quoted",
        "quotes that stand in their passage",
        "no answer where there is none",
        "no answer where there is one",
    ]


def test_the_least_score_is_the_least_with_which_every_set_is_safely_above_what_is_asked() -> None:
    # Of 100 questions 80 should get no answer, and 8 more are two standard errors.
    one = Scores("one", [0.9] * 10, [0.1] * 84 + [0.4] * 4 + [0.6] * 12)
    other = Scores("other", [0.9] * 10, [0.2] * 100)
    assert least_score([other]) == 0.21
    assert least_score([one, other]) == 0.41
    assert (one.rightly(0.41), one.wrongly(0.41)) == (0.88, 0.0)


def test_of_a_few_questions_all_have_to_get_no_answer() -> None:
    assert least_score([Scores("small", [], [0.1, 0.3])]) == 0.31
    assert least_score([Scores("none", [], [])]) == 0.0


def test_what_was_measured_now_takes_the_place_of_what_was_before(tmp_path: Path) -> None:
    path = tmp_path / "ask.json"
    first = _result(_answered(ANSWER))
    times = Latencies("2026-01-01T00:00:00+00:00", 25, 0.9, 0.4, 0.3)
    results.together(path, MACHINE, [first, replace(first, name="land")], times).save(path)
    again = results.together(path, MACHINE, [_result(_answered("Something else."))], None)
    assert [(each.name, each.all.quoted) for each in again.sets] == [("land", 1.0), ("sea", 0.0)]
    assert again.latencies == times
    page = as_markdown(again)
    assert "| the answering sentence is quoted | 0 | >= 0.75 | **missed** |" in page
    assert "| question to the first quoted sentence, median | 0.90 s | <= 1 | met |" in page
