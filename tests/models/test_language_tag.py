"""Language tags are taken by their grammar and kept in one spelling."""

import pytest

from bloomweaver.models.language_tag import MAX_LENGTH, canonical


@pytest.mark.parametrize(
    ("tag", "spelt"),
    [
        ("en", "en"),
        ("DE-at", "de-AT"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("sl-Rozaj-biske", "sl-rozaj-biske"),
        ("de-1996", "de-1996"),
        ("en-US-u-ca-Gregory", "en-US-u-ca-gregory"),
        ("en-x-Mine", "en-x-mine"),
        ("zh-yue-HK", "yue-HK"),
        ("iw", "he"),
        ("deu", "de"),
        ("ger-CH", "de-CH"),
        ("haw", "haw"),
        ("und", "und"),
    ],
)
def test_a_tag_is_kept_in_one_spelling(tag: str, spelt: str) -> None:
    assert canonical(tag) == canonical(tag.upper()) == spelt
    assert canonical(spelt) == spelt


@pytest.mark.parametrize(
    "tag",
    [
        *("", " ", "e", "english", "German", "de_AT", "de-", "-de", "de--AT", "de AT", "en-a", "en-US-u", "x-mine"),
        *("de-AT-DE", "de-1996-1996", "en-a-bbb-a-ccc", "dé", "\uff44\uff45", "de\n", "de-\u0000", "i-klingon", "en-x"),
        "en-" + "x" * 5000,
        "en-x" + "-a" * MAX_LENGTH,
    ],
)
def test_what_is_no_tag_is_refused_by_name(tag: str) -> None:
    with pytest.raises(ValueError, match="is no language tag of BCP 47, such as en, de-AT or zh-Hant"):
        canonical(tag)
