"""The API's description: current, whole, and of one mind with the template and the table of who may call what."""

import json
import re
from typing import Any

import pytest
import schemathesis

from bloomweaver.api_description.document import DESCRIPTIONS
from bloomweaver.api_description.openapi_file import OPENAPI_FILE, SERVED_FILE, files
from bloomweaver.auth.roles import PERMISSIONS, Role
from bloomweaver.auth.routes import OPEN, PREFLIGHT, ROUTES, SIGNED, Route
from tests.template.test_access import events

DOCUMENT: dict[str, Any] = json.loads(OPENAPI_FILE.read_text())
OPERATIONS: dict[Route, dict[str, Any]] = {
    (method.upper(), path): operation for path, item in DOCUMENT["paths"].items() for method, operation in item.items()
}


@pytest.mark.parametrize("path", [OPENAPI_FILE, SERVED_FILE], ids=lambda path: path.parent.name)
def test_the_committed_files_are_current(path: Any) -> None:
    assert path.read_text() == files()[path], "run `make openapi`"


def test_it_is_openapi() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    schemathesis.openapi.from_dict(DOCUMENT).validate()


def test_every_reference_leads_somewhere() -> None:
    for reference in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(DOCUMENT)):
        found: Any = DOCUMENT
        for step in reference.split("/"):
            assert step in found, reference
            found = found[step]


def test_the_routes_are_those_of_the_template_and_of_the_table_of_permissions() -> None:
    # A browser's question whether a page may call is no call.
    assert set(OPERATIONS) == set(events()) - {PREFLIGHT}
    assert set(OPERATIONS) == (set(ROUTES) | OPEN) - {PREFLIGHT}
    assert len(DESCRIPTIONS) == len(OPERATIONS), "a route is described once"


@pytest.mark.parametrize("route", OPERATIONS, ids=" ".join)
def test_whoever_may_call_is_said(route: Route) -> None:
    operation = OPERATIONS[route]
    if route in OPEN:
        assert operation["security"] == []
        return
    token, *others = operation["security"]
    [least] = token["token"]
    may = {role for role in Role if ROUTES[route] in PERMISSIONS[role]}
    assert Role(least) in may
    assert all(PERMISSIONS[role] >= PERMISSIONS[Role(least)] for role in may)
    assert {role for role in Role if f"`{role}`" in operation["description"]} == may
    signed = [{"webhook_id": [], "webhook_timestamp": [], "webhook_signature": []}]
    assert others == (signed if route in SIGNED else [])
    assert {"401", "403"} <= set(operation["responses"])


def test_every_route_has_a_name_of_its_own_and_a_group() -> None:
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(set(names)) == len(names)
    tags = {tag["name"] for tag in DOCUMENT["tags"]}
    assert {tag for operation in OPERATIONS.values() for tag in operation["tags"]} == tags
    assert all(operation["summary"] for operation in OPERATIONS.values())


@pytest.mark.parametrize("route", OPERATIONS, ids=" ".join)
def test_the_parameters_of_a_path_are_described(route: Route) -> None:
    parts = {part[1:-1] for part in route[1].split("/") if part.startswith("{")}
    described = [each for each in OPERATIONS[route]["parameters"] if each.get("in") == "path"]
    assert {each["name"] for each in described} == parts
    assert not parts or "404" in OPERATIONS[route]["responses"]


def test_every_answer_carries_the_correlation_id() -> None:
    shared = DOCUMENT["components"]["responses"]
    answers = [answer for operation in OPERATIONS.values() for answer in operation["responses"].values()]
    for answer in answers:
        found = shared[answer["$ref"].rpartition("/")[2]] if "$ref" in answer else answer
        assert "X-Correlation-Id" in found["headers"]


def test_a_client_is_told_when_to_come_again() -> None:
    shared = DOCUMENT["components"]["responses"]
    assert {name for name, answer in shared.items() if "Retry-After" in answer["headers"]} == {
        "TooManyRequests",
        "Unavailable",
    }


def test_every_schema_is_used_and_told_of() -> None:
    text = json.dumps(DOCUMENT)
    for name, schema in DOCUMENT["components"]["schemas"].items():
        assert f'"#/components/schemas/{name}"' in text, name
        assert schema.get("description"), name


def test_fields_and_values_are_told_of_as_in_the_code() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert "only version that search" in schemas["Document"]["properties"]["served_version"]["description"]
    assert "- `retired`: No record names it" in schemas["IndexState"]["description"]


def test_what_may_be_left_out_is_told_from_what_may_be_null() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert {"title", "error", "metadata"} <= set(schemas["Document"]["required"])
    assert {"type": "null"} in schemas["Document"]["properties"]["title"]["anyOf"]
    # Of a letter that never started there is no error, and no field for one.
    assert set(schemas["DeadLetter"]["required"]) == {"message_id", "age_seconds"}
    assert schemas["DeadLetter"]["properties"]["version"] == {"type": "integer"}
    assert "top_k" not in schemas["SearchRequest"]["required"]


def test_the_bounds_of_a_query_are_said() -> None:
    parameters = {each["name"]: each for each in OPERATIONS["GET", "/documents"]["parameters"] if "name" in each}
    assert not parameters["status"].get("required")
    limit = parameters["limit"]["schema"]
    assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, 200, 50)
    assert parameters["cursor"]["schema"] == {"type": "string"}
