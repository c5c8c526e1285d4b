"""POST /reindex and GET /reindex/{id}: moves every document to the deployment's index, and tells how far that is."""

import uuid
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver.clock import now
from bloomweaver.models.reindexing import ReindexReport
from bloomweaver.reindexing.reports import read_report
from bloomweaver.reindexing.starting import start
from bloomweaver.settings import settings
from wiring import dependencies, http
from wiring.observability import logger, tracer

app = http.api()


@app.post("/reindex")
def _post() -> Response[str]:
    run = start(
        dependencies.indexes(),
        dependencies.index_stores(),
        dependencies.reindexes(),
        now,
        name=str(uuid.uuid4()),
        index=settings().vector_index_name,
        settings=settings().index_settings,
    )
    logger.info("reindex started", extra={"reindex": run.name})
    answer = {"id": run.name, "execution_arn": run.arn, "status": run.status, "index": settings().vector_index_name}
    return http.answer(HTTPStatus.ACCEPTED, answer)


@app.get("/reindex/<id>")
def _get(id: str) -> Response[str]:
    run, report = read_report(dependencies.reindexes(), dependencies.objects(), id)
    return http.answer(
        HTTPStatus.OK,
        {
            "id": run.name,
            "execution_arn": run.arn,
            "status": run.status,
            "error": run.error.model_dump() if run.error else None,
            "report": _shown(report) if report else None,
        },
    )


def _shown(report: ReindexReport) -> dict[str, Any]:
    return {**report.model_dump(mode="json", exclude={"id"}), "unmoved": report.counts.unmoved}


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda entry point."""
    return app.resolve(event, context)
