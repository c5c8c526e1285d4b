"""Folding: what reads the same becomes the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bloomweaver.analysis import fold
from tests.analysis.texts import TEXTS

ODD = [*"aeiouİIıßŉǰΣσςΐᾳﬁ½²Ⅳℌ①ｶﾞ가ㄱ각Ä ´…", *"\u0301\u0345\u0308\u0327\u200d\u00ad\ufe0f\u034f\u180b"]
"""Characters with several forms, and marks."""
ANY_TEXT = st.one_of(
    st.text(),
    st.text(st.characters(categories=["L", "M", "N", "Cf"])),
    st.lists(st.sampled_from(ODD)).map("".join),
)


@given(ANY_TEXT)
def test_folding_twice_is_as_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(ANY_TEXT)
def test_the_normal_form_of_a_text_makes_no_difference(text: str) -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert fold(unicodedata.normalize(form, text)) == fold(text)  # type: ignore[arg-type]


def test_every_character_folds_to_what_stays() -> None:
    for code in range(0x110000):
        assert fold(fold(chr(code))) == fold(chr(code)), hex(code)


@pytest.mark.parametrize("text", TEXTS)
def test_case_makes_no_difference(text: str) -> None:
    assert fold(text.casefold()) == fold(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        ("ΛΌΓΟΣ", "λόγος"),
        ("wor\u00add", "word"),
        ("a\u200bb\ufeff\u2060", "ab"),
        ("ab\u202ecd\u202c", "abcd"),
        ("❤\ufe0f", "❤"),
        ("a\x00b\x1b", "ab"),
        ("\ud800word", "word"),
        ("  two \t\n\u00a0 words ", "two words"),
        ("ＡＢＣ", "abc"),
        ("ﬁnal", "final"),
        ("don’t", "don't"),
        ("„so“ «and» ”so”", '"so" "and" "so"'),
        ("e\u2011mail", "e-mail"),
    ],
)
def test_what_reads_the_same_is_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_a_diacritic_stays_in_what_a_query_is_kept_under() -> None:
    assert fold("Café") == "café" != fold("Cafe")
