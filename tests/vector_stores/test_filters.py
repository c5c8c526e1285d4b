"""The filter language: what it accepts, and what a bad filter's error says."""

from typing import Any

import pytest

from bloomweaver.vector_stores.filters import (
    MAX_CONDITIONS,
    MAX_DEPTH,
    MAX_VALUES,
    And,
    Compare,
    Equal,
    Exists,
    In,
    InvalidFilter,
    NotEqual,
    NotIn,
    Or,
    parse,
)


@pytest.mark.parametrize("empty", [None, {}])
def test_no_filter_is_no_condition(empty: dict[str, Any] | None) -> None:
    assert parse(empty) is None


@pytest.mark.parametrize(
    ("filter", "condition"),
    [
        ({"lang": "en"}, Equal("lang", "en")),
        ({"lang": {"$eq": "en"}}, Equal("lang", "en")),
        ({"draft": False}, Equal("draft", False)),
        ({"lang": {"$ne": "en"}}, NotEqual("lang", "en")),
        ({"year": {"$gt": 1}}, Compare("year", "$gt", 1)),
        ({"year": {"$gte": 1}}, Compare("year", "$gte", 1)),
        ({"year": {"$lt": 1.5}}, Compare("year", "$lt", 1.5)),
        ({"year": {"$lte": -1}}, Compare("year", "$lte", -1)),
        ({"lang": {"$in": ["en", "de"]}}, In("lang", ("en", "de"))),
        ({"year": {"$in": [1, 2.5]}}, In("year", (1, 2.5))),
        ({"lang": {"$nin": ["en"]}}, NotIn("lang", ("en",))),
        ({"lang": {"$exists": True}}, Exists("lang", True)),
        ({"lang": {"$exists": False}}, Exists("lang", False)),
        ({"a": 1, "b": 2}, And((Equal("a", 1), Equal("b", 2)))),
        ({"a": {"$gt": 1, "$lt": 5}}, And((Compare("a", "$gt", 1), Compare("a", "$lt", 5)))),
        ({"$and": [{"a": 1}]}, Equal("a", 1)),
        ({"$or": [{"a": 1}, {"b": 2, "c": 3}]}, Or((Equal("a", 1), And((Equal("b", 2), Equal("c", 3)))))),
        ({"$or": [{"$and": [{"a": 1}, {"b": 2}]}, {"c": 3}]}, Or((And((Equal("a", 1), Equal("b", 2))), Equal("c", 3)))),
        ({"": "", "it's": "ü"}, And((Equal("", ""), Equal("it's", "ü")))),
    ],
)
def test_a_filter_is_parsed(filter: dict[str, Any], condition: object) -> None:
    assert parse(filter) == condition


@pytest.mark.parametrize(
    ("filter", "key"),
    [
        ({"a": None}, "a"),
        ({"a": ["x"]}, "a"),
        ({"a": {}}, "a"),
        ({"a": {"b": 1}}, "a"),
        ({"a": {"$not": {"$eq": 1}}}, "a"),
        ({"a": {"$regex": "x"}}, "a"),
        ({"a": {"$eq": ["x"]}}, "a"),
        ({"a": {"$gt": "2020"}}, "a"),
        ({"a": {"$gt": True}}, "a"),
        ({"a": {"$lt": float("nan")}}, "a"),
        ({"a": float("inf")}, "a"),
        ({"a": 10**400}, "a"),
        ({"a": 2**63}, "a"),
        ({"a": {"$in": "x"}}, "a"),
        ({"a": {"$in": []}}, "a"),
        ({"a": {"$in": ["x", 1]}}, "a"),
        ({"a": {"$in": [True]}}, "a"),
        ({"a": {"$nin": [None]}}, "a"),
        ({"a": {"$in": ["x"] * (MAX_VALUES + 1)}}, "a"),
        ({"a": {"$exists": 1}}, "a"),
        ({"a": "\ud800"}, "a"),
        ({"\ud800": "a"}, "?"),
        ({"$eq": 1}, "$eq"),
        ({"$not": [{"a": 1}]}, "$not"),
        ({"$and": []}, "$and"),
        ({"$and": {"a": 1}}, "$and"),
        ({"$or": ["a"]}, "$or"),
        ({"$or": [{}]}, "$or"),
        ({"b": 1, "$or": [{"a": {"$gt": "x"}}]}, "a"),
        ({str(number): 1 for number in range(MAX_CONDITIONS + 1)}, "filter"),
    ],
)
def test_a_bad_filter_names_the_key(filter: dict[str, Any], key: str) -> None:
    with pytest.raises(InvalidFilter) as caught:
        parse(filter)

    assert caught.value.key == key
    assert str(caught.value).startswith(f"{key}: ")
    assert isinstance(caught.value, ValueError)


def test_nesting_has_a_bound() -> None:
    def nested(depth: int) -> dict[str, Any]:
        return {"$or": [nested(depth - 1)]} if depth else {"a": 1}

    assert parse(nested(MAX_DEPTH)) == Equal("a", 1)
    with pytest.raises(InvalidFilter):
        parse(nested(MAX_DEPTH + 1))
