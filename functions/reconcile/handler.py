"""POST /reconcile and GET /reconcile/{id}: starts a comparison of stores and records, and tells what it found."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, ConfigDict

from bloomweaver.models.reconciliation import Report
from bloomweaver.reconciliation.reports import read_report
from bloomweaver.request_body import parse
from bloomweaver.settings import settings
from wiring import dependencies, http
from wiring.observability import logger, tracer

app = http.api()


class StartRequest(BaseModel):
    """The body of POST /reconcile; all of it may be left out."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    repair: bool = False
    contents: bool = True
    """Whether backups are read, and not only looked for."""


class FindingsRequest(BaseModel):
    """The query parameters of GET /reconcile/{id}."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cursor: str | None = None


@app.post("/reconcile")
def _post() -> Response[str]:
    raw = http.body_bytes(app.current_event)
    request = StartRequest.model_validate(parse(raw, settings().body_max_bytes) if raw else {})
    run = dependencies.reconciliations().start(repair=request.repair, contents=request.contents)
    logger.info("reconciliation started", extra={"reconciliation": run.name, **request.model_dump()})
    return http.run_started(run)


@app.get("/reconcile/<id>")
def _get(id: str) -> Response[str]:
    request = FindingsRequest.model_validate(app.current_event.query_string_parameters or {})
    reported = read_report(dependencies.reconciliations(), dependencies.objects(), id, request.cursor)
    return http.run_state(
        reported.run,
        _shown(reported.report) if reported.report else None,
        findings=[finding.model_dump(mode="json") for finding in reported.findings],
        next_cursor=reported.next_cursor,
    )


def _shown(report: Report) -> dict[str, Any]:
    counts = report.counts
    return {
        **report.model_dump(mode="json", exclude={"id", "parts"}),
        "found": counts.found,
        "unrepaired": counts.unrepaired,
    }


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda entry point."""
    return app.resolve(event, context)
