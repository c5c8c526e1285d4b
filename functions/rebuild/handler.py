"""POST /rebuild and GET /rebuild/{id}: makes the vector index anew from the backups, and tells how that went."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver import keys
from bloomweaver.clock import now
from bloomweaver.models.rebuild import RebuildReport
from bloomweaver.models.run import StateMachine, run_id
from bloomweaver.rebuilding.answers import Rebuild, RebuildRequest
from bloomweaver.rebuilding.starting import Target, start
from bloomweaver.recovery.answers import RunStarted
from bloomweaver.recovery.run_reports import read_run
from bloomweaver.request_body import parse
from bloomweaver.settings import settings
from wiring import auditing, dependencies, http
from wiring.observability import logger, tracer

app = http.api()


@app.post("/rebuild")
def _post() -> Response[str]:
    raw = http.body_bytes(app.current_event)
    request = RebuildRequest.model_validate(parse(raw, settings().body_max_bytes) if raw else {})
    target = Target(settings().vector_index_name, settings().index_settings)
    with auditing.of(app).operation(target=target.index) as operation:
        run = start(dependencies.rebuilds(), dependencies.indexes(), now, target, request.from_index)
        operation.started(run_id(StateMachine.REBUILD, run.name))
    logger.info("rebuild started", extra={"rebuild": run.name, **request.model_dump()})
    return http.answer(HTTPStatus.ACCEPTED, RunStarted.of(run))


@app.get("/rebuild/<id>")
def _get(id: str) -> Response[str]:
    run, report = read_run(
        dependencies.rebuilds(), dependencies.objects(), id, keys.rebuild_report_key(id), RebuildReport
    )
    progress = dependencies.progress_of_operations().of_operation(id)
    return http.answer(HTTPStatus.OK, Rebuild.found(run, report, progress))


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda entry point."""
    return app.resolve(event, context)
