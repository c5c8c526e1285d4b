"""The filter language of search: conditions on a document's metadata, checked here and compiled by each store.

The language is a part of Pinecone's, which is a part of MongoDB's:

    {"lang": "en"}                                   the same as {"lang": {"$eq": "en"}}
    {"year": {"$gte": 2020, "$lt": 2025}}            several conditions on a key all have to hold
    {"lang": "en", "draft": {"$ne": true}}           so do several keys
    {"$or": [{"tags": {"$in": ["a", "b"]}}, {"tags": {"$exists": false}}]}

What a condition means, the same in every store:

- **A missing key** fails every condition but `{"$exists": false}`: `$ne` and `$nin` find documents that have the key
  with another value. Pinecone does not document this and has changed it, so the stores here ask for it explicitly.
- **A list of strings** is taken by its members: `$eq` and `$in` hold if one is equal, `$ne` and `$nin` if none is.
- **Types are not converted**: `"5"`, `5` and `true` are three values. `5` and `5.0` are one: numbers compare as 64-bit
  floats. `$gt`, `$gte`, `$lt` and `$lte` compare numbers and hold for nothing else.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bloomweaver.models import folder_path

Scalar = str | bool | int | float
Operator = Literal["$gt", "$gte", "$lt", "$lte"]

MAX_DEPTH = 8
"""How deep `$and` and `$or` may be nested."""
MAX_CONDITIONS = 100
"""How many conditions a filter may hold in all."""
MAX_VALUES = 1_000
"""How many values `$in` and `$nin` may list."""

_COMPARISONS: tuple[Operator, ...] = ("$gt", "$gte", "$lt", "$lte")
_KEY_OPERATORS = ("$eq", "$ne", *_COMPARISONS, "$in", "$nin", "$exists")


class InvalidFilter(ValueError):
    """A filter that is not of the language. `key` names the metadata key or the operator that is at fault."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key = key
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Equal:
    """The key has this value, or a list with this member."""

    key: str
    value: Scalar


@dataclass(frozen=True, slots=True)
class NotEqual:
    """The key is there and neither has this value nor a list with this member."""

    key: str
    value: Scalar


@dataclass(frozen=True, slots=True)
class Compare:
    """The key has a number, and the number compares so with `number`."""

    key: str
    operator: Operator
    number: int | float


@dataclass(frozen=True, slots=True)
class In:
    """The key has one of these values, or a list with one of them as a member. All strings or all numbers."""

    key: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class NotIn:
    """The key is there and has none of these values, nor a list with one of them as a member."""

    key: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Exists:
    """The key is there, or is not (`present` false)."""

    key: str
    present: bool


@dataclass(frozen=True, slots=True)
class And:
    """Every one of the conditions holds. There is at least one."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One of the conditions holds. There is at least one."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Within:
    """The document is in this folder, which is not the root, or below it. No filter spells it: it is no metadata."""

    folder: str


Condition = Equal | NotEqual | Compare | In | NotIn | Exists | And | Or | Within


def parse(filter: Mapping[str, Any] | None) -> Condition | None:
    """The filter as conditions; none for no filter or an empty one, which both mean every document.

    Raises `InvalidFilter`, naming the key, for everything that is not of the language.
    """
    if not filter:
        return None
    condition = _group(filter, "filter", depth=0)
    if _count(condition) > MAX_CONDITIONS:
        raise InvalidFilter("filter", f"more than {MAX_CONDITIONS} conditions")
    return condition


def parse_within(filter: Mapping[str, Any] | None, folder: str | None) -> Condition | None:
    """As `parse`, of what is in `folder` or below it: none and the root mean every document."""
    condition = parse(filter)
    if folder in (None, folder_path.ROOT):
        return condition
    within = Within(str(folder))
    return within if condition is None else And((within, condition))


def _group(group: object, where: str, depth: int) -> Condition:
    """An object whose entries all have to hold."""
    if not isinstance(group, Mapping):
        raise InvalidFilter(where, "an object of conditions was expected")
    if not group:
        raise InvalidFilter(where, "an empty object is no condition")
    return _all(tuple(_entry(key, value, depth) for key, value in group.items()))


def _entry(key: object, value: object, depth: int) -> Condition:
    if not isinstance(key, str):
        raise InvalidFilter(repr(key), "a key is a string")
    _check_text(key, key)
    if key in ("$and", "$or"):
        if depth >= MAX_DEPTH:
            raise InvalidFilter(key, f"nested deeper than {MAX_DEPTH}")
        if not isinstance(value, list) or not value:
            raise InvalidFilter(key, "a list of at least one object was expected")
        conditions = tuple(_group(member, key, depth + 1) for member in value)
        return _all(conditions) if key == "$and" else _any(conditions)
    if key.startswith("$"):
        raise InvalidFilter(key, "not an operator that may stand here: $and and $or do, the others stand under a key")
    if isinstance(value, Mapping):
        if not value:
            raise InvalidFilter(key, "an empty object is no condition")
        return _all(tuple(_condition(key, operator, operand) for operator, operand in value.items()))
    return Equal(key, _scalar(key, value))


def _condition(key: str, operator: object, operand: object) -> Condition:
    if operator == "$eq":
        return Equal(key, _scalar(key, operand))
    if operator == "$ne":
        return NotEqual(key, _scalar(key, operand))
    if operator == "$in":
        return In(key, _scalars(key, operator, operand))
    if operator == "$nin":
        return NotIn(key, _scalars(key, operator, operand))
    if operator == "$exists":
        if not isinstance(operand, bool):
            raise InvalidFilter(key, "$exists takes true or false")
        return Exists(key, operand)
    for comparison in _COMPARISONS:
        if operator == comparison:
            return Compare(key, comparison, _number(key, comparison, operand))
    raise InvalidFilter(key, f"{operator!r} is not one of {', '.join(_KEY_OPERATORS)}")


def _scalar(key: str, value: object) -> Scalar:
    if isinstance(value, str):
        _check_text(key, value)
        return value
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _finite(key, value)
    raise InvalidFilter(key, "a string, a number, true or false was expected")


def _scalars(key: str, operator: str, values: object) -> tuple[Scalar, ...]:
    if not isinstance(values, list) or not values:
        raise InvalidFilter(key, f"{operator} takes a list of at least one value")
    if len(values) > MAX_VALUES:
        raise InvalidFilter(key, f"{operator} takes at most {MAX_VALUES} values")
    scalars = tuple(_scalar(key, value) for value in values)
    all_strings = all(isinstance(scalar, str) for scalar in scalars)
    all_numbers = all(isinstance(scalar, int | float) and not isinstance(scalar, bool) for scalar in scalars)
    if not (all_strings or all_numbers):
        raise InvalidFilter(key, f"{operator} takes either strings or numbers")
    return scalars


def _number(key: str, operator: str, value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidFilter(key, f"{operator} takes a number")
    return _finite(key, value)


def _finite(key: str, number: int | float) -> int | float:
    """The number, if it is one that JSON and a 64-bit float can both hold."""
    try:
        finite = math.isfinite(number)
    except OverflowError:
        finite = False
    if not finite or (isinstance(number, int) and not -(2**63) <= number < 2**63):
        raise InvalidFilter(key, "the number is too large")
    return number


def _check_text(key: str, text: str) -> None:
    """Refuse a lone surrogate, which JSON can spell and UTF-8 cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidFilter(key.encode(errors="replace").decode(), "not valid Unicode") from None


def _all(conditions: tuple[Condition, ...]) -> Condition:
    return conditions[0] if len(conditions) == 1 else And(conditions)


def _any(conditions: tuple[Condition, ...]) -> Condition:
    return conditions[0] if len(conditions) == 1 else Or(conditions)


def _count(condition: Condition) -> int:
    if isinstance(condition, And | Or):
        return sum(_count(member) for member in condition.conditions)
    return 1
