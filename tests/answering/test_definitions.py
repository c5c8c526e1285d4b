"""Questions that ask what something is or is for, and which sentences introduce that."""

import pytest

from bloomweaver.answering.asked_words import AskedWords
from bloomweaver.answering.candidates import candidates
from bloomweaver.answering.definitions import Asks, what_is_asked
from bloomweaver.answering.extractive import ExtractiveGenerator
from bloomweaver.answering.passages import PromptPassage
from bloomweaver.answering.prompt import Prompt
from bloomweaver.keys import ChunkPlace
from tests.answering.room import WordEncoder

SEXTANT = """# Sextant

It measures angles. Each boat has one.

## Hire of a sextant

The instrument has a fee by the day.
"""
PLAIN = "It measures angles. Each boat has one."


def _defining(question: str, *passages: PromptPassage) -> list[str]:
    found = candidates(Prompt(question, passages), AskedWords(question))
    return [each.text for each in found if each.defines]


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("What is the sextant for?", Asks.WHAT_IT_IS_FOR),
        ("What are sextants used for ?", Asks.WHAT_IT_IS_FOR),
        ("What does a sextant do?", Asks.WHAT_IT_IS_FOR),
        ("what does  sextant\nmean", Asks.WHAT_IT_IS_FOR),
        ("What’s the purpose of a sextant?", Asks.WHAT_IT_IS_FOR),  # noqa: RUF001
        ("Wozu dient der Sextant?", Asks.WHAT_IT_IS_FOR),
        ("Wofür ist der Sextant?", Asks.WHAT_IT_IS_FOR),
        ("Was heißt Sextant?", Asks.WHAT_IT_IS_FOR),
        ("À quoi sert le sextant ?", Asks.WHAT_IT_IS_FOR),
        ("What is a sextant?", Asks.WHAT_IT_IS),
        ("Who was Anna Holm?", Asks.WHAT_IT_IS),
        ("Was ist ein Sextant?", Asks.WHAT_IT_IS),
        ("Qu’est-ce qu’un sextant ?", Asks.WHAT_IT_IS),  # noqa: RUF001
        ("What does a sextant cost?", Asks.ANYTHING),
        ("Where is the sextant for sale?", Asks.ANYTHING),
        ("Wo ist der Sextant?", Asks.ANYTHING),
        ("", Asks.ANYTHING),
    ],
)
def test_the_form_of_a_question_says_what_it_asks_about_what_it_names(question: str, asks: Asks) -> None:
    assert what_is_asked(question) is asks


@pytest.mark.parametrize(
    "question",
    [
        "What is the instrument sextant for?",
        "What are sextants?",
        "Wozu dient das Gerät Sextant?",
        "Was ist ein Sextant?",
        "À quoi sert le sextant ?",
        "Qu'est-ce qu'un sextant ?",
    ],
)
def test_what_something_is_says_the_first_sentence_below_its_name(question: str) -> None:
    assert _defining(question, PromptPassage("k", SEXTANT)) == ["It measures angles."]


@pytest.mark.parametrize(
    "question",
    [
        "What is the maker of the sextant?",  # something else of it
        "Where is the sextant?",
        "What is an octant for?",
    ],
)
def test_another_question_is_answered_by_no_definition(question: str) -> None:
    assert _defining(question, PromptPassage("k", SEXTANT)) == []


def test_a_heading_that_says_more_or_is_a_part_of_a_name_names_something_else() -> None:
    question = "What is the module harbour.tides for?"
    texts = [
        "# harbour\n\nThe whole harbour.",
        "# harbour.tides\n\nHigh water.",
        "# Errors of harbour.tides\n\nMany.",
        "# Module\n\nA part.",
    ]
    passages = [PromptPassage(f"{number}", text) for number, text in enumerate(texts)]
    assert _defining(question, *passages) == ["High water.", "A part."]


def test_a_document_without_headings_is_introduced_by_its_first_sentence() -> None:
    def passage(number: int, heading: str | None = None) -> PromptPassage:
        return PromptPassage("k", PLAIN, "Sextant", heading, ChunkPlace("d", 1, number))

    question = "What is a sextant for?"
    assert _defining(question, passage(0)) == ["It measures angles."]
    assert _defining(question, passage(1)) == []
    found = candidates(Prompt(question, [passage(0)]), AskedWords(question))
    assert [each.leads for each in found] == [True, False]


def test_the_introduction_answers_before_what_has_more_of_the_words() -> None:
    generator = ExtractiveGenerator(WordEncoder(), least_score=-1)
    passages = [PromptPassage("k", SEXTANT)]
    best = generator.judge(Prompt("What is the instrument sextant for?", passages))[0]
    assert best.candidate.text == "It measures angles."
    other = generator.judge(Prompt("Who pays for the instrument sextant?", passages))[0]
    assert other.candidate.text == "The instrument has a fee by the day."


def test_an_introduction_needs_no_other_words_of_the_question() -> None:
    # Nothing has the word "instrument": that leaves less for all others.
    generator = ExtractiveGenerator(WordEncoder(), least_score=-1)
    passages = [PromptPassage("k", "# Sextant\n\nIt measures angles.\n\n# Octant\n\nIt is older.")]
    one = generator.judge(Prompt("What is the sextant for?", passages))[0]
    other = generator.judge(Prompt("What is the apparatus sextant for?", passages))[0]
    assert (one.candidate.text, other.candidate.text) == ("It measures angles.", "It measures angles.")
    assert other.score == pytest.approx(one.score)


def test_an_introduction_may_mean_something_else_than_the_question() -> None:
    generator = ExtractiveGenerator(WordEncoder(), least_score=-1)
    passages = [PromptPassage("k", "# Harbour cabinet\n\nIt shows the moon. It is where the cabinet is.")]
    asked_for_it = generator.judge(Prompt("What is the harbour cabinet for?", passages))
    assert [each.candidate.text for each in asked_for_it] == ["It shows the moon.", "It is where the cabinet is."]
    asked_of_it = generator.judge(Prompt("Where is the harbour cabinet?", passages))
    assert [each.candidate.text for each in asked_of_it] == ["It is where the cabinet is.", "It shows the moon."]


@pytest.mark.parametrize(
    "text", ["# Sextant\n\nsextant\n\nIt measures angles.\n", "# Sextant\n\n- Sextant!\n- It measures angles.\n"]
)
def test_a_name_that_comes_again_below_itself_introduces_nothing(text: str) -> None:
    passage = PromptPassage("k", text, title="Sextant")
    question = "What is a sextant?"
    found = candidates(Prompt(question, [passage]), AskedWords(question))
    assert [(each.text, each.leads, each.defines) for each in found] == [(found[0].text, True, True)]
    assert "It measures angles." in found[0].text


@pytest.mark.parametrize("heading", ["measure(angle, horizon=None)", "Measure (at sea):"])
def test_what_stands_in_brackets_behind_a_name_is_no_part_of_it(heading: str) -> None:
    passage = PromptPassage("k", f"# {heading}\n\nHolds a body against the horizon.\n", title="Sextant")
    assert _defining("What does sextant.measure do?", passage) == ["Holds a body against the horizon."]
    assert _defining("What does sextant.rest do?", passage) == []


def test_a_heading_of_brackets_alone_names_nothing() -> None:
    assert _defining("What is a sextant?", PromptPassage("k", "# (at sea)\n\nHolds a body.\n", title="Sextant")) == []
