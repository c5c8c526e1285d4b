"""The sweep, as the schedule starts it, and POST /sweep, with which an operator starts it now."""

from functools import cache
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver.chats.lost import settle_all
from bloomweaver.clock import now
from bloomweaver.library.catching_up import CatchingUp
from bloomweaver.recovery.answers import SweepCounts
from bloomweaver.recovery.sweep import Sweep, SweepLimits
from bloomweaver.settings import settings
from wiring import auditing, dependencies, http
from wiring.observability import logger, metrics, tracer

app = http.api()


@cache
def _sweep() -> Sweep:
    chosen = settings()
    return Sweep(
        dependencies.records(),
        dependencies.queue(),
        dependencies.queue_progress(),
        dependencies.executions(),
        now,
        SweepLimits(
            after_seconds=chosen.sweep_after_minutes * 60,
            attempts_max=chosen.sweep_attempts_max,
            each_max=chosen.sweep_each_max,
        ),
    )


def _run() -> SweepCounts:
    counts = _sweep().run(settings().sweep_seconds)
    for found, count in counts.items():
        if count:
            metrics.add_metric(f"Sweep{found.title().replace('_', '')}", MetricUnit.Count, count)
    listed = CatchingUp(dependencies.listing(), dependencies.records(), now).run(settings().list_seconds)
    lost_answers = settle_all(dependencies.chats(), now, settings().sweep_each_max)
    logger.info("swept", extra={"counts": counts, "listed": listed, "lost_answers": lost_answers})
    return SweepCounts.of(counts, listed, lost_answers)


@app.post("/sweep")
def _post() -> Response[str]:
    with auditing.of(app).operation():
        counts = _run()
    return http.answer(HTTPStatus.OK, counts)


@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda entry point."""
    if "httpMethod" in event:
        return app.resolve(event, context)
    return _run().model_dump(mode="json")
