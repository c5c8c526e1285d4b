"""application/json: every value on a line of its own, with its path."""

import json
import re
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bloomweaver.content import extract
from bloomweaver.content.limits import MAX_CHARACTERS
from bloomweaver.content.normalisation import normalise
from bloomweaver.errors import ExtractionFailed
from tests.content.documents import text_of


def lines(document: str) -> list[str]:
    return text_of("application/json", document.encode()).split("\n")


def test_values_stand_in_the_order_of_the_document_with_their_paths() -> None:
    document = '{"z": "last", "authors": [{"name": "Ada", "born": 1815}, {"name": "Max"}], "a": {"b": [["x"]]}}'

    assert lines(document) == [
        "z: last",
        "authors[0].name: Ada",
        "authors[0].born: 1815",
        "authors[1].name: Max",
        "a.b[0][0]: x",
    ]


def test_numbers_stay_as_they_are_written() -> None:
    assert lines('{"price": 1.10, "id": 123456789012345678901234567890, "mass": 1E5, "none": 0}') == [
        "price: 1.10",
        "id: 123456789012345678901234567890",
        "mass: 1E5",
        "none: 0",
    ]
    assert lines("1" * 5_000) == ["1" * 5_000]


def test_booleans_are_kept_and_what_has_no_text_is_not() -> None:
    assert lines('{"a": true, "b": false, "c": null, "d": "", "e": [], "f": {}}') == ["a: true", "b: false"]


def test_both_values_of_a_repeated_key_are_kept() -> None:
    assert lines('{"rose": "red", "rose": "white"}') == ["rose: red", "rose: white"]


def test_a_lone_value_has_no_path() -> None:
    assert lines('"rose"') == ["rose"]


def test_characters_are_unescaped() -> None:
    assert lines(r'{"a\tb": "\ud83c\udf39 \u00e9\u0000"}') == ["a\tb: 🌹 é"]


@pytest.mark.parametrize(
    "document", ["{", "{'a': 1}", '{"a": 1,}', '{"a": NaN}', "[Infinity]", "-Infinity", "rose", '{"a": 1} 2']
)
def test_what_is_no_json_is_refused(document: str) -> None:
    with pytest.raises(ExtractionFailed, match="the document is not JSON"):
        extract("application/json", document.encode())


@pytest.mark.parametrize(
    ("document", "format_name"),
    [
        ('{"a": 1}\n{"a": 2}\n', "JSON lines"),
        ('{"a": 1}\r\n\r\n{"a": 2}', "JSON lines"),
        ("[1, 2]\n[3, 4]", "JSON lines"),
        ('"rose"\n"tree"', "JSON lines"),
        ('{"a": 1}\n{"a": 2', "JSON lines"),
        ('{"a": 1}{"a": 2}', "several JSON values"),
        ('\x1e{"a": 1}\n\x1e{"a": 2}\n', "JSON text sequence"),
    ],
)
def test_a_format_that_is_taken_for_json_is_named_with_what_to_do(document: str, format_name: str) -> None:
    with pytest.raises(ExtractionFailed, match=f"not JSON: it is .*{format_name}.*send its values as one JSON array"):
        extract("application/json", document.encode())


def test_what_follows_a_value_and_is_none_is_named_by_its_place() -> None:
    with pytest.raises(ExtractionFailed, match="Extra data: line 2 column 1"):
        extract("application/json", b'{"a": 1}\nrose')


def test_the_place_of_an_error_is_named() -> None:
    with pytest.raises(ExtractionFailed, match="line 2 column 3"):
        extract("application/json", b"{\n  a: 1}")


def test_half_of_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(ExtractionFailed, match=re.escape("'roses[0]'")):
        extract("application/json", rb'{"roses": ["\ud83c"]}')


def test_nesting_is_read_as_deep_as_the_parser_goes_and_then_refused() -> None:
    depth = 300
    assert lines("[" * depth + '"rose"' + "]" * depth) == ["[0]" * depth + ": rose"]

    depth = 1_000_000
    with pytest.raises(ExtractionFailed, match="nested too deeply"):
        extract("application/json", b"[" * depth + b"1" + b"]" * depth)


def test_a_document_whose_text_is_far_larger_than_itself_is_refused() -> None:
    document = json.dumps({"k" * 100_000: [1] * 2_000}).encode()
    assert len(document) < MAX_CHARACTERS / 100

    tracemalloc.start()
    try:
        with pytest.raises(ExtractionFailed, match="characters of text"):
            extract("application/json", document)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3 * MAX_CHARACTERS  # And not the 200 million bytes that all of its text would take.


documents = st.recursive(
    st.integers() | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Z", "Cf"]), min_size=1),
    lambda children: st.lists(children, min_size=1) | st.dictionaries(st.text("abc", min_size=1), children, min_size=1),
)


@given(documents)
def test_every_value_of_any_document_is_there_in_order(document: object) -> None:
    def scalars(value: object) -> list[str]:
        if isinstance(value, dict):
            return [scalar for child in value.values() for scalar in scalars(child)]
        if isinstance(value, list):
            return [scalar for child in value for scalar in scalars(child)]
        return [str(value)]

    values = [
        line.partition(": ")[2] if isinstance(document, dict | list) else line for line in lines(json.dumps(document))
    ]
    assert values == [normalise(scalar) for scalar in scalars(document)]
