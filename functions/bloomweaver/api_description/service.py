"""The routes about the API itself."""

from http import HTTPStatus

from bloomweaver.api_description.description import RouteDescription, Success, Tag
from bloomweaver.health import Health

DESCRIPTIONS = (
    RouteDescription(
        ("GET", "/health"),
        "getHealth",
        Tag.SERVICE,
        "See that the API is up",
        {HTTPStatus.OK: Success("It is up.", Health)},
        alone=True,
    ),
    RouteDescription(
        ("GET", "/openapi.json"),
        "getDescription",
        Tag.SERVICE,
        "Get this description",
        {
            HTTPStatus.OK: Success(
                "An OpenAPI document.",
                content={"application/json": {"type": "object", "required": ["openapi", "info", "paths"]}},
            )
        },
        alone=True,
    ),
)
