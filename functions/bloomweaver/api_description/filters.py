"""The filter language of search as JSON Schema. What it means is told in `bloomweaver.vector_stores.filters`."""

from collections.abc import Mapping
from typing import Any

from bloomweaver.api_description.description import JsonSchema
from bloomweaver.vector_stores.filters import MAX_CONDITIONS, MAX_DEPTH, MAX_VALUES

_NUMBER: JsonSchema = {"type": "number"}
_SCALAR: JsonSchema = {"anyOf": [{"type": "string"}, {"type": "boolean"}, _NUMBER]}
_VALUES: JsonSchema = {
    "type": "array",
    "minItems": 1,
    "maxItems": MAX_VALUES,
    "anyOf": [{"items": {"type": "string"}}, {"items": _NUMBER}],
}


def _reference(name: str) -> JsonSchema:
    return {"$ref": f"#/components/schemas/{name}"}


def _group(**more: Any) -> JsonSchema:
    groups = {"type": "array", "minItems": 1, "items": _reference("FilterGroup")}
    return {
        "type": "object",
        **more,
        "properties": {"$and": groups, "$or": groups},
        # What begins with a dollar sign is an operator, and there are no others that stand here.
        "propertyNames": {"pattern": r"^(\$(and|or)$|[^$]|$)"},
        "additionalProperties": _reference("FilterCondition"),
    }


FILTER = _reference("Filter")
SCHEMAS: Mapping[str, JsonSchema] = {
    "Filter": _group(
        description="A condition on metadata, in a part of MongoDB's language: those on all keys have to hold. "
        f"It nests at most {MAX_DEPTH} deep and has at most {MAX_CONDITIONS} conditions. An empty one is none."
    ),
    "FilterGroup": _group(description="A filter within `$and` or `$or`, which is not empty.", minProperties=1),
    "FilterCondition": {
        "description": "What a key's value has to be: equal to a value, or all that the operators say. A key that is "
        "missing fails everything but `$exists: false`.",
        "anyOf": [
            *_SCALAR["anyOf"],
            {
                "type": "object",
                "minProperties": 1,
                "properties": {
                    "$eq": _SCALAR,
                    "$ne": _SCALAR,
                    **dict.fromkeys(("$gt", "$gte", "$lt", "$lte"), _NUMBER),
                    "$in": _VALUES,
                    "$nin": _VALUES,
                    "$exists": {"type": "boolean"},
                },
                "additionalProperties": False,
            },
        ],
    },
}
