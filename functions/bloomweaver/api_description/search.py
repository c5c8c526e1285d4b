"""The routes that find things."""

from http import HTTPStatus

from bloomweaver.api_description.description import Body, RouteDescription, Success, Tag
from bloomweaver.errors import IndexUnusable, InvalidCursor, ModelUnavailable, VectorIndexRejected
from bloomweaver.search.answer import SearchAnswer
from bloomweaver.search.request import SearchRequest
from bloomweaver.vector_stores.filters import InvalidFilter

DESCRIPTIONS = (
    RouteDescription(
        ("POST", "/search"),
        "search",
        Tag.SEARCH,
        "Find passages by meaning and by words",
        {HTTPStatus.OK: Success("The passages that answer the query best, of what is served now.", SearchAnswer)},
        body=Body(
            SearchRequest,
            examples={
                "a question": {
                    "query": "when can I visit on the weekend?",
                    "top_k": 3,
                    "filter": {"lang": "en", "year": {"$gte": 2020}},
                }
            },
        ),
        raises=(InvalidFilter, InvalidCursor, IndexUnusable, VectorIndexRejected, ModelUnavailable),
    ),
)
