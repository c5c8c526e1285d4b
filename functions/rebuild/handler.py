"""POST /rebuild and GET /rebuild/{id}: makes the vector index anew from the backups, and tells how that went."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, ConfigDict

from bloomweaver import keys
from bloomweaver.clock import now
from bloomweaver.models.rebuild import RebuildReport
from bloomweaver.rebuilding.starting import Target, start
from bloomweaver.recovery.run_reports import read_run
from bloomweaver.request_body import parse
from bloomweaver.settings import settings
from wiring import dependencies, http
from wiring.observability import logger, tracer

app = http.api()


class StartRequest(BaseModel):
    """The body of POST /rebuild, which may be left out."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    from_index: str | None = None
    """The index whose documents are copied; none makes the deployment's own anew."""


@app.post("/rebuild")
def _post() -> Response[str]:
    raw = http.body_bytes(app.current_event)
    request = StartRequest.model_validate(parse(raw, settings().body_max_bytes) if raw else {})
    target = Target(settings().vector_index_name, settings().index_settings)
    run = start(dependencies.rebuilds(), dependencies.indexes(), now, target, request.from_index)
    logger.info("rebuild started", extra={"rebuild": run.name, **request.model_dump()})
    return http.run_started(run)


@app.get("/rebuild/<id>")
def _get(id: str) -> Response[str]:
    run, report = read_run(
        dependencies.rebuilds(), dependencies.objects(), id, keys.rebuild_report_key(id), RebuildReport
    )
    return http.run_state(run, _shown(report) if report else None)


def _shown(report: RebuildReport) -> dict[str, Any]:
    return {**report.model_dump(mode="json", exclude={"id"}), "sound": report.counts.sound}


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda entry point."""
    return app.resolve(event, context)
