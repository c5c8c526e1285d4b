"""Which language a text is in."""

import pytest
from hypothesis import given

from bloomweaver.analysis import detect_language
from tests.analysis.test_folding import ANY_TEXT
from tests.analysis.texts import SENTENCES


@pytest.mark.parametrize("language", SENTENCES)
def test_two_sentences_are_enough(language: str) -> None:
    assert detect_language(SENTENCES[language]) == language


@pytest.mark.parametrize("text", ["", " \n", "42", "12.5 | 14 | 0x7f", "?!", "\x00", "🚀", "\ud800", "Hello"])
def test_too_little_tells_nothing(text: str) -> None:
    assert detect_language(text) is None


def test_a_text_in_two_languages_is_in_that_of_most_of_it() -> None:
    assert detect_language(f"{SENTENCES['de']}\n" * 20 + f"{SENTENCES['fr']}\n" * 5) == "de"


def test_of_a_long_text_its_start_does_not_decide() -> None:
    licence = f"{SENTENCES['en']}\n" * 18
    assert detect_language(licence + f"{SENTENCES['de']}\n" * 10_000) == "de"


@given(ANY_TEXT)
def test_any_text_is_taken_and_has_one_answer(text: str) -> None:
    assert detect_language(text) == detect_language(text)
