"""Counts and times the API's requests by their group of routes: a line of a function's output for each.

Metrics of one line have the same dimensions, and those of `observability.metrics` have another set.
"""

from http import HTTPStatus

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from bloomweaver.auth.routes import Route
from bloomweaver.metrics import own
from bloomweaver.metrics.route_groups import ROUTE_GROUPS


def count(route: Route, status: int, seconds: float) -> None:
    """Count a request that was answered with this status after so long. One of no group is not counted."""
    group = ROUTE_GROUPS.get(route)
    if group is None:
        return
    metrics = EphemeralMetrics()
    metrics.add_dimension(own.ROUTE_GROUP, group.value)
    metrics.add_metric(own.REQUEST_DURATION, MetricUnit.Milliseconds, round(seconds * 1000, 1))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        metrics.add_metric(own.REQUESTS_FAILED, MetricUnit.Count, 1)
    elif status >= HTTPStatus.BAD_REQUEST:
        metrics.add_metric(own.REQUESTS_REFUSED, MetricUnit.Count, 1)
    metrics.flush_metrics()
