"""A small set through the benchmark: indexed, asked in both scopes, counted. The model has random weights."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from benchmarks.ask import __main__ as command
from benchmarks.ask.measuring import Measuring
from benchmarks.ask.sets import AskSet, Half, Question
from benchmarks.retrieval.sets import Item
from tests.small_model import write_small_model

WORDS = ["harbour", "lighthouse", "compass", "anchor", "rudder", "galley", "hammock", "tiller"]


def small_set() -> AskSet:
    documents = {word: Item(word, f"The {word} of a ship is old. It was painted.") for word in WORDS}
    questions = [
        Question(word, f"How old is the {word}?", word, (f"The {word} of a ship is old.",), "age") for word in WORDS
    ]
    return AskSet("ships", documents, questions)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_model(tmp_path_factory.mktemp("models") / "small")


def test_each_question_of_the_second_half_is_asked_in_both_scopes(model: Path, tmp_path: Path) -> None:
    source = small_set()
    measured = [question for question in source.questions if question.half is Half.MEASURING]
    told: list[int] = []
    answered = Measuring(str(model)).answered(source, -1.0, tmp_path / "index", lambda: told.append(1))
    assert [(each.question, each.answerable) for each in answered] == [
        (question, answerable) for question in measured for answerable in (True, False)
    ]
    assert len(told) == len(measured) > 0
    # With so low a least score something is quoted, as it stands; what answers is in the one scope alone.
    assert all(each.quotes and not each.not_literal and not each.not_given for each in answered)
    assert [each.was_given for each in answered] == [each.answerable for each in answered]


def test_scores_are_of_the_first_half(model: Path, tmp_path: Path) -> None:
    source = small_set()
    scores = Measuring(str(model)).scores(source, tmp_path / "index", lambda: None)
    setting = [question for question in source.questions if question.half is Half.SETTING]
    assert len(scores.answerable) == len(scores.unanswerable) == len(setting) > 0


def test_the_command_measures_a_folder_and_writes_what_it_found(model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "ships"
    folder.mkdir()
    source = small_set()
    documents = [{"id": id_, "title": each.title, "text": each.text} for id_, each in source.documents.items()]
    questions = [
        {"question": each.text, "document": each.document, "answers": each.answers} for each in source.questions
    ]
    (folder / "documents.jsonl").write_text("\n".join(map(json.dumps, documents)))
    (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, questions)))
    output = tmp_path / "ask.json"
    given = ["--set", str(folder), "--model", str(model), "--no-latencies", "--output", str(output)]
    code, text = run(*given)
    assert code == 0, text
    [found] = json.loads(output.read_text())["sets"]
    assert (found["name"], found["documents"], found["not_literal"]) == ("ships", len(WORDS), 0)
    assert "The least score is" in run(*given, "--set-least-score")[1]


def test_a_folder_that_is_not_there_ends_the_run_in_words(model: Path, tmp_path: Path) -> None:
    code, text = run("--set", str(tmp_path / "nothing"), "--model", str(model))
    assert code == 1
    assert "has no documents.jsonl" in text.replace("\n", " ")


def run(*arguments: str) -> tuple[int, str]:
    app = typer.Typer()
    app.command()(command.main)
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output
