"""The terms of passages and queries: what they are made of, and that what is asked for is found."""

import re

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from bloomweaver.analysis import analyse_query, fold, passage_keywords
from bloomweaver.analysis.keywords import KEYWORDS_MAX_CHARACTERS
from bloomweaver.analysis.query import PHRASES_MAX, TERMS_MAX
from tests.analysis.test_folding import ANY_TEXT
from tests.analysis.texts import SENTENCES, SIGNS, TEXTS

LANGUAGES = st.sampled_from([None, "xx", "de-AT", *SENTENCES])
LINES = st.one_of(ANY_TEXT, st.lists(st.sampled_from([word for text in TEXTS for word in text.split()])).map(" ".join))
UNICODE_WORD = regex.compile(r"(?w)\b\S.*?\b")
"""As UAX #29 has them, by another way than ours."""


def keywords(text: str, language: str | None = None) -> set[str]:
    return set(passage_keywords(text, title=None, heading=None, language=language).split())


def finds(query: str, text: str, language: str | None = None) -> bool:
    return not keywords(text, language).isdisjoint(analyse_query(query).terms)


@given(LINES, LANGUAGES)
def test_stores_keep_a_term_as_it_is(text: str, language: str | None) -> None:
    for term in (*keywords(text, language), *analyse_query(text).terms):
        assert regex.fullmatch(r"[\p{Alphabetic}\p{N}]+", term), term
        assert term == term.lower()
        assert len(term) <= 40
        # LanceDB counts bytes, and keeps less than 40.
        assert len(term.encode()) < 40


@given(LINES, LANGUAGES)
def test_a_text_is_found_by_each_of_its_words(text: str, language: str | None) -> None:
    terms = keywords(text, language)
    for word in (word for part in fold(text).split() for word in (part, *UNICODE_WORD.findall(part))):
        asked = analyse_query(word).terms
        assert not asked or not terms.isdisjoint(asked), word


@pytest.mark.parametrize("language", SENTENCES)
def test_a_text_of_each_language_is_found_by_each_of_its_words(language: str) -> None:
    text = SENTENCES[language]
    for word in UNICODE_WORD.findall(text):
        if any(map(str.isalnum, word)):
            assert finds(word, text, language), word
            assert finds(word.upper(), text, language), word
            assert finds(word, text.upper(), language), word


@pytest.mark.parametrize(
    ("language", "text", "query"),
    [
        ("en", "It returns the functions.", "function returned"),
        ("de", "Die Häuser der Gesellschaften", "haus"),
        ("de", "Müller", "Mueller"),
        ("fr", "Les fonctions de l’école", "fonction"),
        ("es", "las canciones", "canción"),
        ("ru", "количество файлов", "файл"),
        ("tr", "kitapları", "kitaplar"),
        ("el", "οι άνθρωποι", "άνθρωπος"),
        ("ar", "المكتبات", "مكتبة"),
        ("fi", "tiedostossa", "tiedosto"),
        ("sv-SE", "flickorna", "flicka"),
        ("nb", "funksjonene", "funksjon"),
        ("hi", "लड़कियाँ", "लड़की"),
    ],
)
def test_a_word_is_found_by_another_form_of_it_whatever_its_language(language: str, text: str, query: str) -> None:
    assert finds(query, text, language)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("café", "cafe"),
        ("cafe", "CAFÉ"),
        ("Łódź", "lodz"),
        ("Tromsø", "tromso"),
        ("İstanbul", "istanbul"),
        ("ırmak", "IRMAK"),
        ("كِتَابٌ", "كتاب"),
        ("שָׁלוֹם", "שלום"),
        ("می\u200cخواهم", "میخواهم"),
        ("القاهرة ١٢٣", "123"),
    ],
)
def test_diacritics_and_digits_of_other_scripts_need_not_be_typed(text: str, query: str) -> None:
    assert finds(query, text)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("learn C++ now", "c++"),
        ("(C#)", "c#"),
        ("the .NET runtime", ".net"),
        ("the .NET runtime", "net"),
        ("ASP.NET", ".NET"),
        ("AT&T", "at&t"),
        ("node.js", "node.js"),
        ("node.js", "nodejs"),
        ("node.js", "node"),
        ("at 192.168.0.1:80", "192.168.0.1"),
        ("192.168.0.1", "192"),
        ("ERR_404", "err_404"),
        ("ERR_404", "ERR 404"),
        ("ERR_404", "err404"),
        ("foo_bar", "bar"),
        ("v1.2.3", "1.2.3"),
        ("1.2.3", "v1.2.3"),
        ("john.doe@example.com", "john.doe@example.com"),
        ("john.doe@example.com", "example.com"),
        ("john.doe@example.com", "doe"),
        ("don’t", "don't"),
        ("don’t", "dont"),
        ("UTF-8", "utf8"),
        ("e-mail", "email"),
        ("file1.txt", "file1"),
        ("l'avion", "avion"),
        ("Ankara'nın", "ankara"),
        ("1,000", "1000"),
        ("🚀", "🚀"),
        ("👩‍💻", "👩"),
        ("https://example.com/path?x=1", "path"),
        ("北京大学", "京"),
        ("北京大学", "大学"),
        ("京", "京"),
        ("パソコン", "ﾊﾟｿｺﾝ"),
        ("파일을", "파일"),
        ("ไฟล์ถูกอ่าน", "ไฟล์"),
    ],
)
def test_a_name_a_number_or_a_code_is_found_whole_and_in_parts(text: str, query: str) -> None:
    assert finds(query, text)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("plain C", "C++"),
        ("C++", "C#"),
        ("192.168.0.1", "192168.01"),
        ("1.11", "11.1"),
        ("北京", "京都"),
        ("join", "joined-up"),
    ],
)
def test_what_is_another_name_or_number_is_not_taken_for_it(text: str, query: str) -> None:
    exact = analyse_query(query).terms[0]
    assert exact not in keywords(text)


def test_a_stem_is_not_taken_for_a_word_that_reads_like_it() -> None:
    """French cuts `données` to `don`, which is a word of its own."""
    assert "don" not in analyse_query("données").terms
    assert "don" not in passage_keywords("données", title=None, heading=None, language="fr").split()


def test_words_are_those_of_unicode() -> None:
    text = "The quick (“brown”) fox can’t jump 32.3 feet, right? ERR_404 node.js éa\u0301é Привет"
    for word in regex.findall(r"(?w)\b.+?\b", text):
        if any(map(str.isalnum, word)):
            own = analyse_query(word).terms[0]
            assert own in keywords(text), word
            assert own == regex.sub(r"\W|_", "", own)


def test_title_and_heading_are_terms_too() -> None:
    terms = passage_keywords("the text", title="A title", heading="Part > Chapter 1", language="en").split()
    assert {"title", "part", "chapter", "text"} <= set(terms)
    assert passage_keywords("", title=None, heading=None, language=None) == ""


def test_a_word_counts_as_often_as_it_is_there() -> None:
    assert passage_keywords("one two one", title="one", heading=None, language="en").split().count("one") == 3


def test_every_word_counts_the_same_whether_it_has_a_stem_or_not() -> None:
    for language in (None, "en", "vi"):
        terms = passage_keywords("functions 404 run", title=None, heading=None, language=language).split()
        assert len(terms) == 6


@pytest.mark.parametrize("query", ["", " ", "!!!", '"', '""', "?! ... -- () & @ #", "\x00", "\u200b\u00ad", "\ud800"])
def test_punctuation_alone_gives_no_terms(query: str) -> None:
    analysed = analyse_query(query)
    assert analysed.terms == ()
    assert analysed.phrases == ()
    analysed.folded.encode()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("a", ["a"]),
        ("the of and", ["the", "of", "and"]),
        ("a AND", ["a", "and"]),
        ("title:x", ["title", "x"]),
        ("+must -not ~near^2 wild*", ["must", "not", "near", "2", "wild"]),
        ("NOT (a OR b)", ["not", "a", "or", "b"]),
        ("nul\x00byte", ["nulbyte"]),
        ('a lone " quote', ["a", "lone", "quote"]),
    ],
)
def test_nothing_is_syntax(query: str, words: list[str]) -> None:
    analysed = analyse_query(query)
    assert [term for term in analysed.terms if not term.startswith("0")] == words
    assert analysed.phrases == ()


@pytest.mark.parametrize(
    "query",
    [
        *("x" * 5000, "я" * 5000, "漢" * 8192, "a-" * 4096, "a " * 4096, "'" * 8192, '"a" ' * 2048, ".a" * 4096),
        *(
            "+#" * 4096,
            f"{SIGNS} " * 30,
            "\u0301" * 8192,
            "1,2" * 2730,
            "@&._-'" * 1365,
            " ".join(map(str, range(1700))),
        ),
    ],
)
def test_a_long_query_has_so_many_terms_and_no_more(query: str) -> None:
    analysed = analyse_query(query)
    assert len(analysed.terms) <= TERMS_MAX
    assert len(set(analysed.terms)) == len(analysed.terms)
    assert len(analysed.phrases) <= PHRASES_MAX


def test_a_word_of_5000_letters_is_found_by_itself_alone() -> None:
    word = "x" * 5000
    assert finds(word, f"before {word} after")
    assert not finds(word + "y", f"before {word} after")


@pytest.mark.parametrize("text", ["word " * 20_000, "漢字" * 20_000, "a-" * 50_000, f"{'a' * 100} " * 1000])
def test_the_keywords_of_a_text_are_bounded_at_a_whole_term(text: str) -> None:
    bounded = passage_keywords(text, title=None, heading=None, language="en")
    assert 0 < len(bounded) <= KEYWORDS_MAX_CHARACTERS
    assert bounded.split()[-1] in bounded.split()[:-1]


def test_queries_that_fold_the_same_are_the_same() -> None:
    assert analyse_query("Who  is “Waldo”?") == analyse_query('who is "waldo"?')


@pytest.mark.parametrize(
    ("query", "phrases"),
    [
        ('who is "waldo"?', ("waldo",)),
        ('"Red-Hot Chili" and „so weiter“ «et cetera»', ("red hot chili", "so weiter", "et cetera")),
        ('"a" "a"', ("a",)),
        ('one "two" three"', ("two",)),
        ('"C++ code"', ("cplusplus code",)),
        ("it's 'not' one", ()),
        ('"北京"', ("北 京",)),
    ],
)
def test_what_stands_in_paired_quotation_marks_is_a_phrase(query: str, phrases: tuple[str, ...]) -> None:
    analysed = analyse_query(query)
    assert analysed.phrases == phrases
    for phrase in phrases:  # its words are looked for like all others
        assert finds(phrase, query)


def test_terms_are_in_the_order_of_the_query() -> None:
    words = [term for term in analyse_query("zebra apple mango").terms if re.fullmatch("[a-z]+", term)]
    assert words == ["zebra", "apple", "mango"]
