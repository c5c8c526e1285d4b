"""POST /dead-letters/{branch}/redrive and GET /redrives/{name}: runs dead letters again, and tells how that went."""

from functools import cache
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver.errors import UnknownQueue, UnknownRedrive
from bloomweaver.keys import is_doc_hash
from bloomweaver.models.dead_letter import DeadLetterQueue
from bloomweaver.models.run import StateMachine, run_id
from bloomweaver.recovery.answers import FollowedRedrive
from bloomweaver.recovery.redrive import Redrive, RedriveRequest
from bloomweaver.request_body import parse
from bloomweaver.settings import settings
from wiring import auditing, dependencies, http
from wiring.observability import logger, metrics, tracer

app = http.api()


@cache
def _redrive() -> Redrive:
    return Redrive(
        dependencies.records(),
        dependencies.dead_letter_queues(),
        dependencies.redrives(),
        dependencies.queue(),
        visibility_seconds=settings().redrive_visibility_seconds,
        executions_max=settings().redrive_executions_max,
        note=dependencies.noting().step,
    )


@app.post("/dead-letters/<branch>/redrive")
def _post(branch: str) -> Response[str]:
    if branch not in set(DeadLetterQueue):
        raise UnknownQueue(f"there is no dead letter queue '{branch}'; there are {', '.join(DeadLetterQueue)}")
    raw = http.body_bytes(app.current_event)
    request = RedriveRequest.model_validate(parse(raw, settings().body_max_bytes) if raw else {})
    with auditing.of(app).operation(target=branch, doc_hash=_document(request)) as operation:
        redriven = _redrive().run(DeadLetterQueue(branch), request)
        if redriven.redriven:
            operation.started(*(run_id(StateMachine.REDRIVE, name) for name in redriven.executions))
    metrics.add_metric("LettersRedriven", MetricUnit.Count, redriven.redriven)
    logger.info("redriven", extra=redriven.model_dump(mode="json", exclude={"skipped"}))
    status = HTTPStatus.ACCEPTED if redriven.redriven else HTTPStatus.OK
    return http.answer(status, redriven)


def _document(request: RedriveRequest) -> str | None:
    return request.doc_hash if request.doc_hash is not None and is_doc_hash(request.doc_hash) else None


@app.get("/redrives/<name>")
def _get(name: str) -> Response[str]:
    found = dependencies.redrives().find(name)
    if found is None:
        raise UnknownRedrive(f"no redrive '{name}' is known")
    progress = dependencies.progress_of_operations().of_operation(name)
    return http.answer(HTTPStatus.OK, FollowedRedrive.of(found, progress))


@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda entry point."""
    return app.resolve(event, context)
