"""POST /reindex and GET /reindex/{id}: moves every document to the deployment's index, and tells how far that is."""

import uuid
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver import keys
from bloomweaver.clock import now
from bloomweaver.models.reindexing import ReindexReport
from bloomweaver.models.run import StateMachine, run_id
from bloomweaver.recovery.run_reports import read_run
from bloomweaver.reindexing.answers import Reindex, ReindexStarted
from bloomweaver.reindexing.starting import start
from bloomweaver.settings import settings
from wiring import auditing, dependencies, http
from wiring.observability import logger, tracer

app = http.api()


@app.post("/reindex")
def _post() -> Response[str]:
    with auditing.of(app).operation(target=settings().vector_index_name) as operation:
        run = start(
            dependencies.indexes(),
            dependencies.index_stores(),
            dependencies.reindexes(),
            now,
            name=str(uuid.uuid4()),
            index=settings().vector_index_name,
            settings=settings().index_settings,
        )
        operation.started(run_id(StateMachine.REINDEX, run.name))
    logger.info("reindex started", extra={"reindex": run.name})
    return http.answer(HTTPStatus.ACCEPTED, ReindexStarted.to(settings().vector_index_name, run))


@app.get("/reindex/<id>")
def _get(id: str) -> Response[str]:
    run, report = read_run(
        dependencies.reindexes(), dependencies.objects(), id, keys.reindex_report_key(id), ReindexReport
    )
    progress = dependencies.progress_of_operations().of_operation(id)
    return http.answer(HTTPStatus.OK, Reindex.found(run, report, progress))


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda entry point."""
    return app.resolve(event, context)
