"""Pinecone's metadata filters, applied to one document. Written apart from the product's filters, to check them."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.pinecone_stub.errors import InvalidArgumentError

_NUMERIC: dict[str, Callable[[float, float], bool]] = {
    "$gt": lambda value, operand: value > operand,
    "$gte": lambda value, operand: value >= operand,
    "$lt": lambda value, operand: value < operand,
    "$lte": lambda value, operand: value <= operand,
}


def passes(filter: Mapping[str, Any], document: Mapping[str, Any], *, ne_finds_missing: bool) -> bool:
    """Whether the document passes the filter.

    Pinecone does not document what `$ne` and `$nin` do with a document that lacks the field, and has done both;
    `ne_finds_missing` says which it is today.
    """
    return all(_entry(name, value, document, ne_finds_missing) for name, value in filter.items())


def _entry(name: str, value: Any, document: Mapping[str, Any], ne_finds_missing: bool) -> bool:
    if name in ("$and", "$or"):
        if not isinstance(value, list) or not value:
            raise InvalidArgumentError(f"{name} takes a non-empty array")
        results = [passes(member, document, ne_finds_missing=ne_finds_missing) for member in value]
        return all(results) if name == "$and" else any(results)
    if name.startswith("$"):
        raise InvalidArgumentError(f"{name} is not a valid operator")
    conditions = value if isinstance(value, Mapping) else {"$eq": value}
    if not conditions:
        raise InvalidArgumentError(f"the condition on {name} is empty")
    return all(
        _condition(operator, operand, name in document, document.get(name), ne_finds_missing)
        for operator, operand in conditions.items()
    )


def _condition(operator: str, operand: Any, present: bool, value: Any, ne_finds_missing: bool) -> bool:
    if operator == "$exists":
        if not isinstance(operand, bool):
            raise InvalidArgumentError("$exists takes a boolean")
        return present is operand
    if operator in ("$in", "$nin"):
        if not isinstance(operand, list) or any(isinstance(member, bool | list | dict) for member in operand):
            raise InvalidArgumentError(f"{operator} takes an array of strings or numbers")
    elif operator in _NUMERIC:
        if isinstance(operand, bool) or not isinstance(operand, int | float):
            raise InvalidArgumentError(f"{operator} takes a number")
    elif operator not in ("$eq", "$ne"):
        raise InvalidArgumentError(f"{operator} is not a valid operator")
    elif not isinstance(operand, str | bool | int | float):
        raise InvalidArgumentError(f"{operator} takes a string, a number or a boolean")
    if not present:
        return operator in ("$ne", "$nin") and ne_finds_missing
    members = value if isinstance(value, list) else [value]
    if operator in _NUMERIC:
        return any(_is_number(member) and _NUMERIC[operator](float(member), float(operand)) for member in members)
    operands = operand if operator in ("$in", "$nin") else [operand]
    found = any(_equal(member, one) for member in members for one in operands)
    return found if operator in ("$eq", "$in") else not found


def _equal(value: Any, operand: Any) -> bool:
    if _is_number(value) and _is_number(operand):
        return float(value) == float(operand)
    return type(value) is type(operand) and bool(value == operand)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
