"""The route about figures of now."""

from http import HTTPStatus

from bloomweaver.api_description.description import RouteDescription, Success, Tag
from bloomweaver.metrics.answers import MetricsSummary
from bloomweaver.metrics.requests import SummaryRequest

DESCRIPTIONS = (
    RouteDescription(
        ("GET", "/metrics/summary"),
        "getMetricsSummary",
        Tag.UPKEEP,
        "See figures of now",
        {HTTPStatus.OK: Success("The figures, as series.", MetricsSummary)},
        says="""
            Requests by group of routes, documents in and out, embedding, queues, dead letters, the cache of search and
            the fleet, from CloudWatch. An answer is given again for a minute; `as_of` says when it was made. What
            happens is counted: where CloudWatch has nothing of it, it is 0, but in the newest two minutes, of which it
            may be on its way, null. What is measured is null where CloudWatch has no value. A figure of which no point
            is known says in `missing` why.
            """,
        query=SummaryRequest,
    ),
)
