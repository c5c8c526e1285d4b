"""Which sentences answer: what they stand below, which words of a question they have, and what nothing says."""

import pytest

from bloomweaver.answering.asked_words import AskedWords
from bloomweaver.answering.candidates import candidates, coverages
from bloomweaver.answering.extractive import ExtractiveGenerator
from bloomweaver.answering.passages import PromptPassage
from bloomweaver.answering.ports import Ended, NothingSaid, Quote
from bloomweaver.answering.prompt import Prompt
from bloomweaver.answering.sentences import sentences
from tests.answering.room import WordEncoder

TIDES = """## Tide tables

They are in the drawer. The key hangs beside it.

## Boats
A boat has a price by the hour.
"""


def _asked(question: str, text: str) -> set[str]:
    words = AskedWords(question)
    return {words.terms[number] for number in words.within(text)}


@pytest.mark.parametrize(
    ("question", "text", "found"),
    [
        ("What does shutil.copytree do?", "shutil copies a tree with copytree()", {"shutil", "copytree"}),
        ("How are files copied?", "Copying a file takes a while.", {"files", "copied"}),
        ("How much is a ticket?", "Such a ticket is not worth much.", {"ticket"}),
        ("What happens to copies?", "It happens that a copy is lost.", {"copies"}),
        ("Wo sind die Tabellen?", "Die Tabelle ist im Schrank.", {"tabellen"}),
        ("Wozu können Tabellen für uns dienen?", "Für Tabellen können wir wozu dienen?", {"tabellen"}),
        ("À quoi sert la table ?", "À quoi elle sert : une table.", {"table"}),
        ("Où sont les tables de marée ?", "Une table est là.", {"tables"}),
        ("What is it?", "It is what it is.", {"what", "is", "it"}),
    ],
)
def test_a_text_has_words_of_a_question_in_any_form_but_those_that_ask(
    question: str, text: str, found: set[str]
) -> None:
    assert _asked(question, text) == found


def test_a_sentence_stands_below_its_title_and_its_nearest_heading() -> None:
    passage = PromptPassage("k", TIDES, "Harbour", "Rules > Opening hours")
    unheaded = PromptPassage("k", "Nobody is there at night.", "Harbour", "Rules > Opening hours")
    question = "Where are the tide tables?"
    found = candidates(Prompt(question, [passage, unheaded]), AskedWords(question))
    assert [each.whole for each in found] == [
        "Harbour - Tide tables: They are in the drawer.",
        "Harbour - Tide tables: The key hangs beside it.",
        "Harbour - Boats: A boat has a price by the hour.",
        "Harbour - Opening hours: Nobody is there at night.",
    ]
    assert [each.leads for each in found] == [True, False, True, False]
    assert [bool(each.words) for each in found] == [True, True, False, False]


def test_what_asks_or_stands_there_twice_is_no_candidate() -> None:
    passages = [PromptPassage("a", "It is so. Is it so?"), PromptPassage("b", "It  is\nso.")]
    found = candidates(Prompt("So?", passages), AskedWords("So?"))
    assert [(each.passage, each.text) for each in found] == [(0, "It is so.")]


def test_a_word_that_no_sentence_has_weighs_most() -> None:
    words = AskedWords("Does the harbour sell compasses?")
    one, other = (PromptPassage("k", text) for text in ("The harbour is old.", "The pier is old."))
    found = candidates(Prompt("", [one, other]), words)
    shares = coverages(found, words)
    assert 0 < shares[0] < 1 / 3
    assert shares[1] == 0


def test_a_heading_line_is_no_part_of_the_sentence_below_it() -> None:
    text = "# Boats. All of them\nThey are old.\n## Price\nIt is high."
    assert [(text[each.start : each.end], each.heading) for each in sentences(text)] == [
        ("They are old.", "Boats. All of them"),
        ("It is high.", "Price"),
    ]


def test_the_sentence_below_the_heading_that_is_asked_about_answers() -> None:
    generator = ExtractiveGenerator(WordEncoder(), least_score=0.5)
    [*quotes, ended] = generator.answer(Prompt("Where are the tide tables?", [PromptPassage("k", TIDES)]))
    quoted = [TIDES[each.start : each.end] for each in quotes if isinstance(each, Quote)]
    # Neither names them. The first of both says where they are.
    assert quoted == ["They are in the drawer.", "The key hangs beside it."]
    assert ended == Ended()


def test_what_completes_its_heading_to_the_question_answers_before_what_stands_below_all_of_its_words() -> None:
    text = "# Pump costs\n\nThey are high.\n\n# Pump\n\nIt is old. It costs nine crowns.\n"
    prompt = Prompt("What costs a pump?", [PromptPassage("k", text)])
    judged = ExtractiveGenerator(WordEncoder(), least_score=-1).judge(prompt)
    assert [(each.candidate.text, each.candidate.completes) for each in judged] == [
        ("It costs nine crowns.", True),
        ("They are high.", False),
        ("It is old.", False),
    ]


def test_the_parameters_of_a_function_are_no_part_of_what_is_compared_but_their_words_count() -> None:
    passage = PromptPassage("k", "## copy(source, target=None)\nReturns the path.\n", "files")
    asked = AskedWords("What is the target of copy in files?")
    [found] = candidates(Prompt("What is the target of copy in files?", [passage]), asked)
    assert found.whole == "files - copy: Returns the path."
    assert {asked.terms[number] for number in found.words} == {"target", "copy", "files"}


def test_a_definition_stands_below_its_term() -> None:
    text = "ebb¶\n:   The time in which the water falls. It\n    takes six hours.\n\nflood\n:   The other one.\n"
    assert [(text[each.start : each.end], each.heading, each.leads) for each in sentences(text)] == [
        ("The time in which the water falls.", "ebb", True),
        ("It\n    takes six hours.", "ebb", False),
        ("The other one.", "flood", True),
    ]


def test_nothing_answers_where_the_best_is_worth_too_little() -> None:
    prompt = Prompt("Where are the tide tables?", [PromptPassage("k", "The moon is far.")])
    assert list(ExtractiveGenerator(WordEncoder(), least_score=0.9).answer(prompt)) == [NothingSaid()]
    assert list(ExtractiveGenerator(WordEncoder(), least_score=-1).answer(Prompt("Where?", []))) == [NothingSaid()]
