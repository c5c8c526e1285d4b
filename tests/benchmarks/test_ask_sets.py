"""The sets that answers are measured on: which questions are made of which texts, and what a folder has to have."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.ask import json_lines, manual, stdlib
from benchmarks.ask.sets import AskSet, Half, Question, known_items
from benchmarks.corpus import CorpusDocument
from benchmarks.errors import RunError
from benchmarks.retrieval.sets import Item

BOATS = """# boats

Hire boats by the hour or by the day.

## hire(boat, hours=1)

Take a boat from its place at the pier.

If no boat is left, the caller waits for the next one. Raises ValueError if hours is no whole number.
The hours argument defaults to one hour on a Sunday.

Returns the key of the boat that was taken.

>>> hire("Emma")
If it rains, this is an example and no answer.
"""


def _asked(source: AskSet) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {question.kind: (question.text, question.answers) for question in source.questions}


def test_questions_are_made_of_what_an_entry_says() -> None:
    assert _asked(stdlib.of_corpus([CorpusDocument("boats", BOATS)])) == {
        "module": ("What is the module boats for?", ("Hire boats by the hour or by the day.",)),
        "purpose": ("What does boats.hire do?", ("Take a boat from its place at the pier.",)),
        "condition": (
            "What happens in boats.hire if no boat is left?",
            ("If no boat is left, the caller waits for the next one.",),
        ),
        "raises": (
            "When does boats.hire raise ValueError?",
            ("Raises ValueError if hours is no whole number.",),
        ),
        "default": (
            "What does hours default to in boats.hire?",
            ("The hours argument defaults to one hour on a Sunday.",),
        ),
        "returns": ("What does boats.hire return?", ("Returns the key of the boat that was taken.",)),
    }


def test_what_two_places_say_is_no_answer() -> None:
    other = CorpusDocument("ships", "# ships\n\nHire boats by the hour or by the day.\n")
    kinds = {question.kind for question in stdlib.of_corpus([CorpusDocument("boats", BOATS), other]).questions}
    assert "module" not in kinds
    assert "purpose" in kinds


def test_a_question_that_is_asked_of_two_places_is_left_out() -> None:
    documents = {name: Item("", f"{name} is here. {name} is there.") for name in ("one", "two")}
    questions = [Question(name, "What is here?", name, (f"{name} is here.",), "kind") for name in documents]
    questions.append(Question("three", "Where is one?", "one", ("one is there.",), "kind"))
    assert [each.id for each in known_items("set", documents, questions).questions] == ["three"]


def test_of_a_kind_there_are_so_many_and_always_the_same() -> None:
    documents = {"doc": Item("", " ".join(f"Sentence number{n} is here." for n in range(20)))}
    questions = [Question(f"{n}", f"Number{n}?", "doc", (f"Sentence number{n} is here.",), "kind") for n in range(20)]
    chosen = known_items("set", documents, questions, 5).questions
    assert len(chosen) == 5
    assert known_items("set", documents, reversed(questions), 5).questions == chosen


def test_a_question_is_always_of_the_same_half() -> None:
    questions = [Question(f"{n}", f"What is {n}?", "doc", ("So.",), "kind") for n in range(100)]
    halves = [question.half for question in questions]
    assert 30 < halves.count(Half.SETTING) < 70
    assert halves == [Question("other", each.text, "d", ("x",), "k").half for each in questions]


def test_a_manual_asks_its_headings_and_its_terms(tmp_path: Path) -> None:
    (tmp_path / "faq").mkdir()
    (tmp_path / "faq" / "tides.html").write_text(
        '<section><h2>Why are there tides?<a class="headerlink" href="#">¶</a></h2>\n<p>See below.</p>'
        "<p>The moon &amp; the sun pull at the sea. They do so twice a day at least.</p><p>More.</p></section>"
        "<section><h2>Tables</h2><p>A table has the times of all tides.</p></section>"
    )
    (tmp_path / "glossary.html").write_text(
        '<dl><dt id="term-ebb">ebb<a class="headerlink" href="#">¶</a></dt><dd><p>The time in which the water falls. '
        "It takes six hours.</p></dd></dl>"
    )
    source = manual.read(tmp_path)
    assert _asked(source) == {
        "faq": (
            "Why are there tides?",
            ("The moon & the sun pull at the sea.", "They do so twice a day at least."),
        ),
        "term": ("What is an ebb?", ("The time in which the water falls.",)),
    }
    assert {document.content_type for document in source.documents.values()} == {"text/html"}


def test_a_folder_without_a_manual_says_so(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"glossary\.html"):
        manual.read(tmp_path)


DOCUMENT = {"id": "tides", "text": "The moon pulls at the sea.", "title": "Tides"}
QUESTION = {"question": "What pulls?", "document": "tides", "answers": ["The moon pulls at the sea."]}


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[object, object], Path]:
    def write(document: object, question: object) -> Path:
        made = tmp_path / "sea"
        made.mkdir(exist_ok=True)
        (made / "documents.jsonl").write_text(f"{json.dumps(document)}\n\n")
        (made / "questions.jsonl").write_text(f"{json.dumps(question)}\n")
        return made

    return write


def test_a_set_is_read_from_a_folder(folder: Callable[[object, object], Path]) -> None:
    source = json_lines.read(folder(DOCUMENT, QUESTION))
    assert (source.name, source.documents) == ("sea", {"tides": Item("Tides", "The moon pulls at the sea.")})
    assert source.questions == [Question("1", "What pulls?", "tides", ("The moon pulls at the sea.",), "question")]


@pytest.mark.parametrize(
    ("document", "question", "message"),
    [
        (["tides"], QUESTION, r"documents\.jsonl, line 1: it is no JSON object"),
        ({"id": "tides"}, QUESTION, r"documents\.jsonl, line 1: 'text' is no string"),
        (DOCUMENT, {**QUESTION, "answers": []}, r"questions\.jsonl, line 1: 'answers' is no list of strings"),
        (DOCUMENT, {**QUESTION, "document": "boats"}, "there is no document 'boats'"),
    ],
)
def test_what_is_not_of_the_layout_is_told_with_its_line(
    document: object, question: object, message: str, folder: Callable[[object, object], Path]
) -> None:
    with pytest.raises(RunError, match=message):
        json_lines.read(folder(document, question))


def test_a_line_that_is_no_json_and_a_file_that_is_not_there_are_told(
    folder: Callable[[object, object], Path],
) -> None:
    made = folder(DOCUMENT, QUESTION)
    (made / "questions.jsonl").write_text("{\n")
    with pytest.raises(RunError, match=r"questions\.jsonl, line 1: it is no JSON"):
        json_lines.read(made)
    (made / "questions.jsonl").unlink()
    with pytest.raises(RunError, match=r"has no questions\.jsonl"):
        json_lines.read(made)
