"""POST /reconcile and GET /reconcile/{id}: starts a comparison of stores and records, and tells what it found."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver.models.run import StateMachine, run_id
from bloomweaver.reconciliation.answers import FindingsRequest, ReconcileRequest, Reconciliation
from bloomweaver.reconciliation.reports import read_report
from bloomweaver.recovery.answers import RunStarted
from bloomweaver.request_body import parse
from bloomweaver.settings import settings
from wiring import auditing, dependencies, http
from wiring.observability import logger, tracer

app = http.api()


@app.post("/reconcile")
def _post() -> Response[str]:
    raw = http.body_bytes(app.current_event)
    request = ReconcileRequest.model_validate(parse(raw, settings().body_max_bytes) if raw else {})
    with auditing.of(app).operation() as operation:
        run = dependencies.reconciliations().start(repair=request.repair, contents=request.contents)
        operation.started(run_id(StateMachine.RECONCILE, run.name))
    logger.info("reconciliation started", extra={"reconciliation": run.name, **request.model_dump()})
    return http.answer(HTTPStatus.ACCEPTED, RunStarted.of(run))


@app.get("/reconcile/<id>")
def _get(id: str) -> Response[str]:
    request = FindingsRequest.model_validate(app.current_event.query_string_parameters or {})
    reported = read_report(dependencies.reconciliations(), dependencies.objects(), id, request.cursor)
    progress = dependencies.progress_of_operations().of_operation(id)
    return http.answer(HTTPStatus.OK, Reconciliation.found(reported, progress))


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda entry point."""
    return app.resolve(event, context)
