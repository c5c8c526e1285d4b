"""Figures of now on the whole stack, with roles enforced: from what functions print to the answer."""

import time

import pytest

from cli.answers import FigureSeries, MetricsSummary
from cli.client import ApiError
from tests.e2e.running_stack import RunningStack
from tests.e2e.waiting import wait_for

TEXT = "The lighthouse keeper trims the wick at nine."
MINUTES = 30
MINUTE = 60


def figure(summary: MetricsSummary, name: str, of: str | None = None) -> FigureSeries:
    """A figure of an answer."""
    [found] = [each for each in summary.figures if (each.name, each.of) == (name, of)]
    return found


@pytest.mark.vector_store("pinecone")
def test_what_happens_is_in_the_figures_once_its_minute_is_over(stack: RunningStack, doc_hash: str) -> None:
    stack.index(doc_hash, TEXT)
    for _ in range(2):
        stack.api.search(TEXT)
    with pytest.raises(ApiError):
        stack.api.document(f"{doc_hash}-none")
    assert stack.execution(stack.api.delete(doc_hash)).status == "SUCCEEDED"

    over = (time.time() // MINUTE + 1) * MINUTE
    wait_for(lambda: time.time() > over, 2 * MINUTE, "the minute of the deletion is over")
    found = stack.api.metrics_summary(MINUTES)
    known = {(each.name.value, each.of) for each in found.figures if each.missing is None}
    for group in ("all", "search", "write", "read"):
        assert (figure(found, "requests", group).overall or 0) >= 1
        assert {(name, group) for name in ("duration_p50", "duration_p95", "duration_p99")} <= known
    assert (figure(found, "client_error_rate", "read").overall or 0) > 0
    assert figure(found, "server_error_rate", "search").overall == 0
    for name in ("documents_accepted", "documents_indexed", "documents_deleted", "passages_per_second"):
        assert (figure(found, name).overall or 0) > 0, name
    for name in ("tokens_per_second", "batch_fill", "freshness_p50", "freshness_p95"):
        assert max(point or 0 for point in figure(found, name).points) > 0, name
    for queue in ("create", "update", "delete", "run_changes"):
        assert {("queue_depth", queue), ("queue_age", queue)} <= known
    for queue in ("create", "update", "delete", "pinecone", "s3"):
        assert ("dead_letters", queue) in known
    # This stack has a fleet.
    assert {("fleet_in_service", None), ("fleet_desired", None)} <= known


@pytest.mark.vector_store("lancedb")
def test_an_answer_is_given_again_for_a_minute(stack: RunningStack) -> None:
    first = stack.api.metrics_summary(7)
    began = time.monotonic()
    again = stack.api.metrics_summary(7)
    # Another process of the function, or a busy machine, makes another.
    assert again == first or again.as_of > first.as_of or time.monotonic() - began > 60


@pytest.mark.vector_store("lancedb")
@pytest.mark.parametrize("minutes", [0, 1441])
def test_a_time_that_is_none_is_refused(stack: RunningStack, minutes: int) -> None:
    with pytest.raises(ApiError) as refused:
        stack.api.metrics_summary(minutes)
    assert (refused.value.status, refused.value.errors[0].field) == (422, "minutes")
