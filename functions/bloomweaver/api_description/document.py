"""Puts the OpenAPI document together."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from bloomweaver.api_description import (
    access,
    audit,
    chats,
    documents,
    failures,
    indexes,
    live,
    metrics,
    runs,
    search,
    service,
)
from bloomweaver.api_description.answers import (
    CORRELATION_HEADER,
    GATEWAY_MESSAGE,
    JSON,
    answers,
    shared_answers,
    shared_headers,
)
from bloomweaver.api_description.description import TAGS, Body, Described, JsonSchema, RouteDescription
from bloomweaver.api_description.schemas import Mode, name_of, prose, reference, schemas, without_null
from bloomweaver.documents.answers import ContentAddress
from bloomweaver.problems import Problem

DESCRIPTIONS: tuple[RouteDescription, ...] = (
    *documents.DESCRIPTIONS,
    *search.DESCRIPTIONS,
    *chats.DESCRIPTIONS,
    *runs.DESCRIPTIONS,
    *audit.DESCRIPTIONS,
    *live.DESCRIPTIONS,
    *failures.DESCRIPTIONS,
    *indexes.DESCRIPTIONS,
    *metrics.DESCRIPTIONS,
    *service.DESCRIPTIONS,
)
_ABOUT = """
    Keeps a vector index in step with documents: send each change, and search finds what is served at that moment.

    Errors are problem details (RFC 9457). Every request may be sent twice without harm. An unknown field is refused and
    not ignored. New fields of answers make no new version: a client leaves out what it does not know.
    """


def document(version: str) -> dict[str, Any]:
    """The document. `version` is that of the project."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Bloomweaver", "version": version, "description": prose(_ABOUT)},
        # Beside this document, wherever that is: an API has another address in each account.
        "servers": [{"url": ".", "description": "Where this document is served."}],
        "tags": [{"name": tag.value, "description": says} for tag, says in TAGS.items()],
        "paths": _paths(),
        "components": {
            "schemas": _schemas(),
            "parameters": {"CorrelationId": _correlation_parameter()},
            "headers": shared_headers(),
            "responses": shared_answers(),
            "securitySchemes": access.schemes(),
        },
    }


def _paths() -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = {}
    for each in DESCRIPTIONS:
        method, path = each.route
        paths.setdefault(path, {})[method.lower()] = _operation(each)
    return paths


def _operation(each: RouteDescription) -> dict[str, Any]:
    says = filter(None, (prose(each.says), access.sentence(each.route)))
    return {
        "operationId": each.id,
        "tags": [each.tag.value],
        "summary": each.summary,
        "description": "\n\n".join(says),
        "security": access.requirements(each.route),
        "parameters": [
            *(_path_parameter(name, described) for name, described in each.path.items()),
            *(_query_parameters(each.query) if each.query else ()),
            {"$ref": "#/components/parameters/CorrelationId"},
        ],
        **({"requestBody": _body(each.body)} if each.body else {}),
        "responses": answers(each),
    }


def _path_parameter(name: str, described: Described) -> dict[str, Any]:
    says = {"name": name, "in": "path", "required": True, "description": described.says}
    return {**says, "schema": dict(described.schema)}


def _query_parameters(query: type[BaseModel]) -> Iterator[dict[str, Any]]:
    schema = schemas([(query, "validation")])[name_of(query)]
    for name, found in schema["properties"].items():
        given = without_null(found)
        says = given.pop("description")
        if given.get("default", "") is None:
            del given["default"]  # it may be left out, and there is no other way to say null
        yield {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "description": says,
            "schema": given,
        }


def _correlation_parameter() -> dict[str, Any]:
    return {
        "name": CORRELATION_HEADER,
        "in": "header",
        "required": False,
        "description": "Goes into the log, the record and the execution, if it is 1 to 128 of `A-Za-z0-9_.:/=-`. "
        "Otherwise the request gets an id of its own.",
        "schema": {"type": "string"},
    }


def _body(body: Body) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": reference(body.model)}
    if body.examples:
        content["examples"] = {
            summary.replace(" ", "-"): {"summary": summary, "value": value} for summary, value in body.examples.items()
        }
    return {"required": not body.optional, "content": {JSON: content}}


def _schemas() -> dict[str, JsonSchema]:
    used: dict[type[BaseModel], Mode] = {Problem: "serialization", ContentAddress: "serialization"}
    for each in DESCRIPTIONS:
        used |= {success.model: "serialization" for success in each.successes.values() if success.model}
        if each.body:
            used[each.body.model] = "validation"
    return dict(sorted({**_query_enumerations(), **schemas(used.items()), "GatewayMessage": GATEWAY_MESSAGE}.items()))


def _query_enumerations() -> dict[str, JsonSchema]:
    """What parameters refer to. The models of queries themselves are told as parameters, one by one."""
    found: dict[str, JsonSchema] = {}
    for query in (each.query for each in DESCRIPTIONS if each.query):
        found |= {name: schema for name, schema in schemas([(query, "validation")]).items() if name != name_of(query)}
    return found
