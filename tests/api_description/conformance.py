"""Holds an answer against what docs/openapi.json says of its route: status, content type, headers, body."""

import copy
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from bloomweaver.api_description.openapi_file import OPENAPI_FILE

_URI = "urn:description"


@cache
def described() -> dict[str, Any]:
    """The document, with answers closed: clients have to bear new fields, and these tests do not."""
    document: dict[str, Any] = json.loads(OPENAPI_FILE.read_text())
    for schema in document["components"]["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return document


def operation_of(method: str, path: str) -> dict[str, Any] | None:
    """What is said of the route that a request goes to; none if it goes to none."""
    found: dict[str, Any] | None = described()["paths"].get(template_of(method, path), {}).get(method.lower())
    return found


def template_of(method: str, path: str) -> str:
    """The path of the route that a request goes to, with its parameters; the path itself if it goes to none."""
    for template, operations in described()["paths"].items():
        pattern = re.sub(r"\{[^}]*\}", "[^/]+", template)
        if re.fullmatch(pattern, path) and method.lower() in operations:
            return str(template)
    return path


def complaints(operation: dict[str, Any], status: int, headers: Mapping[str, str], body: Any) -> list[str]:
    """What is not as it is described. `body` is read JSON, or bytes of whatever else it is."""
    answer = operation["responses"].get(str(status))
    if answer is None:
        return [f"the status {status} is not described"]
    answer = _resolved(answer)
    found = []
    content_type = headers.get("Content-Type", "").partition(";")[0]
    if content_type not in answer["content"]:
        found.append(f"the content type of a {status}, '{content_type}', is not described")
    else:
        found += _faults(answer["content"][content_type]["schema"], body)
    for name, entry in answer.get("headers", {}).items():
        header = _resolved(entry)
        if name in headers:
            found += [
                f"{name}: {fault}" for fault in _faults(header["schema"], _typed(header["schema"], headers[name]))
            ]
        elif header["required"]:
            found.append(f"the header {name} is missing")
    return found


def _resolved(entry: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in entry:
        return entry
    found: Any = described()
    for part in entry["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    resolved: dict[str, Any] = found
    return resolved


def _faults(schema: dict[str, Any], value: Any) -> list[str]:
    if schema == {}:
        return []
    absolute = json.loads(json.dumps(schema).replace('"#/', f'"{_URI}#/'))
    errors = Draft202012Validator(absolute, registry=_registry()).iter_errors(value)
    return [f"{error.json_path}: {error.message}" for error in errors]


def _typed(schema: dict[str, Any], value: str) -> Any:
    return int(value) if schema.get("type") == "integer" and value.isdecimal() else value


@cache
def _registry() -> Registry[Any]:
    resource = Resource(contents=copy.deepcopy(described()), specification=DRAFT202012)
    return Registry().with_resource(_URI, resource)
