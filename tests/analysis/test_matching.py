"""Where a text has a query's words, and whether it has a phrase."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bloomweaver.analysis import analyse_query, find_terms, fold, has_phrase
from bloomweaver.analysis.query import asked
from bloomweaver.analysis.words import split
from tests.analysis.test_terms import LINES, keywords
from tests.analysis.texts import SENTENCES, TEXTS

TEXT = (
    "The Müller function's functions (node.js, C++ & C) at 192.168.0.1 say ERR_404; don’t stop the wor\u00add, CAFÉ or "
    "cafe\u0301, ﬁnal ＡＢＣ in İstanbul, 北京大学 and 파일을 🚀"
)


def found(text: str, query: str) -> list[str]:
    return [text[span.start : span.end] for span in find_terms(text, analyse_query(query))]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("functionary", []),
        ("function", ["function", "functions"]),
        ("functioning", ["function", "functions"]),
        ("muller", ["Müller"]),
        ("nodejs", ["node.js"]),
        ("node", ["node"]),
        ("c++", ["C++"]),
        ("c", ["C", "C"]),
        ("192.168.0.1", ["192.168.0.1"]),
        ("168", ["168"]),
        ("err_404", ["ERR_404"]),
        ("404", ["404"]),
        ("don't", ["don’t"]),
        ("word", ["wor\u00add"]),
        ("cafe", ["CAFÉ", "cafe\u0301"]),
        ("final abc", ["ﬁnal", "ＡＢＣ"]),
        ("istanbul", ["İstanbul"]),
        ("北京", ["北京"]),
        ("京", ["京"]),
        ("京大学", ["京大学"]),
        ("파일", ["파일"]),
        ("🚀", ["🚀"]),
        ("stop the word", ["The", "stop", "the", "wor\u00add"]),
        ("nowhere", []),
        ("!?", []),
        ("", []),
    ],
)
def test_the_words_of_a_query_are_found_in_the_text_as_it_is(query: str, expected: list[str]) -> None:
    assert found(TEXT, query) == expected


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("ASP (.NET)", "dotnet", [".NET"]),
        ("at v1-b", "1b", ["1-b"]),
        ("AT&T", "atandt", ["AT&T"]),
    ],
)
def test_a_name_with_signs_is_found_as_it_is_spelt(text: str, query: str, expected: list[str]) -> None:
    assert found(text, query) == expected


def test_one_of_many_words_is_found() -> None:
    many = " ".join(f"{first}{second}{last}ed" for first in "bcdfgh" for second in "aeiou" for last in "knt")
    assert found("nothing duned", many) == ["duned"]


@pytest.mark.parametrize(
    ("language", "word", "other"), [("de", "Kosten", "kostet"), ("ru", "байтов", "байты"), ("id", "dibaca", "membaca")]
)
def test_a_word_is_found_by_another_form_of_it(language: str, word: str, other: str) -> None:
    assert word in found(SENTENCES[language], other)


def test_the_stem_of_another_language_is_not_taken_for_it() -> None:
    """Romanian cuts `organic` to what Catalan cuts `organs` to."""
    assert found("organic and an organ", "organs") == ["organ"]


@pytest.mark.parametrize("text", TEXTS)
def test_each_piece_of_a_text_is_found_where_it_is(text: str) -> None:
    folded = fold(text)
    for at, part in split(folded):
        for piece in asked(part):
            start, end = at + piece.start, at + piece.end
            spans = find_terms(folded, analyse_query(folded[start:end]))
            assert any(span.start <= start and end <= span.end for span in spans), folded[start:end]


@given(LINES, st.data())
def test_spans_are_in_order_apart_and_each_has_what_was_asked_for(text: str, data: st.DataObject) -> None:
    words = fold(text).split() or [""]
    query = analyse_query(" ".join(data.draw(st.lists(st.sampled_from(words), max_size=3))))
    spans = find_terms(text, query)
    assert bool(spans) == bool(query.terms)
    end = -1
    for span in spans:
        assert end < span.start < span.end <= len(text)
        assert not set(analyse_query(text[span.start : span.end]).terms).isdisjoint(query.terms)
        end = span.end


# Not of Thai, of which a vowel is two characters in some forms, and a span has both or one.
WITH_LETTERS = [text for text in TEXTS if text != SENTENCES["th"]]


@given(st.sampled_from(WITH_LETTERS), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_the_normal_form_of_a_text_changes_no_match(text: str, form: str) -> None:
    other = unicodedata.normalize(form, text)  # type: ignore[arg-type]
    for word in text.split():
        query = analyse_query(word)
        here = [keywords(text[span.start : span.end]) for span in find_terms(text, query)]
        there = [keywords(other[span.start : span.end]) for span in find_terms(other, query)]
        assert here == there


@pytest.mark.parametrize(
    ("text", "phrase", "has"),
    [
        ("Where is Waldo Smith?", "waldo smith", True),
        ("Where is Waldo, Smith?", "Waldo Smith", True),
        ("Waldo or Smith", "waldo smith", False),
        ("Smith Waldo", "waldo smith", False),
        ("Waldos Smith", "waldo smith", False),
        ("awaldo smith", "waldo smith", False),
        ("l’Été à Paris", "l'ete a paris", True),
        ("node.js runs", "node js", True),
        ("node js runs", "node.js runs", True),
        ("C++ code", "c code", False),
        ("学生在图书馆学习", "图书馆", True),
        ("学生在图书馆学习", "图馆", False),
        ("one\ntwo\u00adthree", "one twothree", True),
        ("anything", "", False),
        ("anything", "?!", False),
        ("", "a", False),
    ],
)
def test_a_phrase_is_its_words_one_after_the_other(text: str, phrase: str, has: bool) -> None:
    assert has_phrase(text, phrase) is has


@given(LINES, st.data())
def test_a_text_has_every_phrase_that_is_taken_from_it(text: str, data: st.DataObject) -> None:
    words = fold(text).split()
    start = data.draw(st.integers(0, len(words)))
    part = " ".join(words[start : data.draw(st.integers(start, len(words)))])
    for phrase in analyse_query(f'"{part}"').phrases:
        assert has_phrase(text, phrase)
