"""The service's OpenAPI document."""

from typing import Any

from fastapi import FastAPI

FASTAPIS_422 = "#/components/schemas/HTTPValidationError"


def install(app: FastAPI) -> None:
    """Gives the app an OpenAPI document that says what its routes really answer."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = generate()
            _remove_fastapis_422(document)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _remove_fastapis_422(document: dict[str, Any]) -> None:
    """FastAPI adds its own form of 422 to each route that has none; no route answers that."""
    for path in document["paths"].values():
        for operation in path.values():
            answer = operation["responses"].get("422", {})
            if answer.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref") == FASTAPIS_422:
                del operation["responses"]["422"]
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)
