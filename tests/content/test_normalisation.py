"""Text as people see it: what becomes the same, and what stays as it is."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bloomweaver.content.normalisation import normalise
from tests.content.documents import text_of

SURROUNDING = (
    "a \n\u0301\u0323\u200b\u200c\u200d\u202e\u00ad\ufe0f\ufb03\ufe70\ufefb\u0645\u0915\u094d"
    "\U0001f469\U0001f3f4\U000e0041\U000e007f"
)
texts = st.text(st.one_of(st.sampled_from(SURROUNDING), st.characters(codec="utf-8")))


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("re\u0301sume\u0301", "résumé"),
        ("\u1112\u1161\u11ab", "한"),
        ("\u212b and \u2126", "Å and Ω"),
        ("ro\u200bses", "roses"),
        ("ro\u2060ses", "roses"),
        ("ro\u00adses", "roses"),
        ("ro\ufeffses", "roses"),
        ("ro\u2063ses", "roses"),
        ("ro\u200cses and ro\u200dses", "roses and roses"),
        ("\u202eroses\u202c \u2067red\u2069 \u200fand\u200e white", "roses red and white"),
        ("ro\U000e0073\U000e0065ses", "roses"),
        ("o\ufb03ce, \ufb01re, \ufb02ow, \ufb05one", "office, fire, flow, stone"),
        ("\ufefb \ufee3\ufeae\ufea3\ufe92\ufe8e", "لا مرحبا"),
        ("\ufecb\ufe76\ufee0\ufe8e", "عَلا"),
        ("5\u00a0km, 10\u202f000, 1\u20072", "5 km, 10 000, 1 2"),
    ],
)
def test_what_looks_the_same_becomes_the_same(text: str, seen: str) -> None:
    assert normalise(text) == unicodedata.normalize("NFC", seen)


@pytest.mark.parametrize(
    "text",
    [
        "10² H₂O ½ ™ Ⅳ ㎏ ﹘ １２ ｶﾅ …",  # noqa: RUF001
        "می\u200cخواهم",  # noqa: RUF001 - Persian: without the non-joiner it is another word.
        "क्\u200dष and क्\u200cष",
        "👩\u200d💻 👨\u200d👩\u200d👧 ❤️\u200d🔥",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "Zeit\u2009raum\u3000幅",
        "\ufb29",
    ],
)
def test_what_a_script_needs_and_other_compatibility_characters_stay(text: str) -> None:
    assert normalise(text) == text


@given(texts)
def test_twice_is_the_same_as_once(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(texts)
def test_it_is_nfc_without_a_character_that_nobody_sees_or_that_reorders(text: str) -> None:
    seen = normalise(text)

    assert unicodedata.is_normalized("NFC", seen)
    assert not set(
        "\u00ad\u200b\u2060\u2066\u2067\u2068\u2069\u202a\u202b\u202c\u202d\u202e\u200e\u200f\ufeff\u00a0"
    ) & set(seen)


@given(st.text(st.characters(codec="utf-8", categories=["L", "N"], max_codepoint=0xFAFF)))
def test_letters_and_numbers_lose_nothing(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)

    assert normalise(text) == composed


@pytest.mark.parametrize(
    ("content_type", "data"),
    [
        ("text/plain", "re\u0301sume\u0301 o\ufb03ce"),
        ("text/markdown", "re\u0301sume\u0301 o\ufb03ce"),
        ("text/html", "<p>re&#x301;sume\u0301 o&#xfb03;ce</p>"),
        ("application/json", '"re\\u0301sume\u0301 o\\ufb03ce"'),
    ],
)
def test_texts_of_every_type_are_normalised(content_type: str, data: str) -> None:
    assert text_of(content_type, data.encode()) == "résumé office"
