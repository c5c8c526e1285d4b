"""Filters in LanceDB's SQL, and the columns that they look in.

Metadata lies in the table twice: as JSON, to hand back what was given, and as `terms` and numbers, to filter on. A term
is a JSON array of a key, or of a key and a value, so that the type of a value counts and no key can pass for another.
"""

import json
from collections.abc import Sequence
from typing import Any

from bloomweaver.models import folder_path
from bloomweaver.models.chunk import Metadata
from bloomweaver.vector_stores.filters import (
    And,
    Compare,
    Condition,
    Equal,
    Exists,
    In,
    NotEqual,
    NotIn,
    Or,
    Scalar,
    Within,
)

_FOLDER = "$folder"
_SQL_OPERATORS = {"$gt": ">", "$gte": ">=", "$lt": "<", "$lte": "<="}


def metadata_terms(metadata: Metadata) -> list[str]:
    """What the conditions on equality and existence look for."""
    terms = []
    for key, value in metadata.items():
        terms.append(_term(key))
        terms.extend(_term(key, member) for member in (value if isinstance(value, list) else [value]))
    return terms


def folder_terms(folder: str) -> list[str]:
    """What the conditions on folders look for. No key of metadata begins with `$`."""
    return [_term(_FOLDER, holder) for holder in folder_path.holders(folder)[1:]]


def metadata_numbers(metadata: Metadata) -> dict[str, float]:
    """What the comparisons look for."""
    return {key: _float(value) for key, value in metadata.items() if _is_number(value)}


def sql(condition: Condition) -> str:
    """The condition in the SQL of LanceDB. A comparison with a missing key is null there, which a filter takes as
    false; so null must not come under a NOT."""
    match condition:
        case Equal(key, value):
            return _has(_term(key, value))
        case NotEqual(key, value):
            return f"({_has(_term(key))} AND NOT {_has(_term(key, value))})"
        case In(key, values):
            return _has_any([_term(key, value) for value in values])
        case NotIn(key, values):
            return f"({_has(_term(key))} AND NOT {_has_any([_term(key, value) for value in values])})"
        case Exists(key, present):
            return _has(_term(key)) if present else f"NOT {_has(_term(key))}"
        case Compare(key, operator, number):
            # array_position counts in unsigned numbers, array_element takes signed ones.
            position = f"CAST(array_position(number_keys, {literal(key)}) AS BIGINT)"
            return f"(array_element(number_values, {position}) {_SQL_OPERATORS[operator]} {_float(number)!r})"
        case Within(folder):
            return _has(_term(_FOLDER, folder))
        case And(conditions):
            return "(" + " AND ".join(sql(member) for member in conditions) + ")"
        case Or(conditions):
            return "(" + " OR ".join(sql(member) for member in conditions) + ")"


def one_of(column: str, values: Sequence[str]) -> str:
    """That the text in a column is one of these."""
    return f"{column} IN ({_literals(values)})"


def literal(text: str) -> str:
    """The text as an SQL string: the quote is the only character that needs care, and is doubled."""
    return "'" + text.replace("'", "''") + "'"


def _literals(texts: Sequence[str]) -> str:
    return ", ".join(literal(text) for text in texts)


def _has(term: str) -> str:
    return f"array_has(terms, {literal(term)})"


def _has_any(terms: Sequence[str]) -> str:
    return f"array_has_any(terms, [{_literals(terms)}])"


def _term(key: str, *value: Scalar) -> str:
    number = [_float(member) if _is_number(member) else member for member in value]
    return json.dumps([key, *number], ensure_ascii=False, separators=(",", ":"))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _float(number: Any) -> float:
    """The number as every condition compares it. Adding zero makes -0.0 and 0.0 one."""
    return float(number) + 0.0
