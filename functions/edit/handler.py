"""PATCH /documents/{doc_hash}: edits what is said of a document, and leaves its content as it is."""

from functools import cache
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver.clock import now
from bloomweaver.documents.answers import Accepted
from bloomweaver.documents.edits import Edit, Edits
from bloomweaver.metrics import own
from bloomweaver.request_body import parse
from bloomweaver.settings import settings
from wiring import auditing, dependencies, http
from wiring.observability import logger, metrics, tracer

app = http.api()


@cache
def _edits() -> Edits:
    return Edits(
        dependencies.records(),
        dependencies.objects(),
        dependencies.sources(),
        dependencies.queue(),
        now,
        body_max_bytes=settings().body_max_bytes,
    )


@app.patch("/documents/<doc_hash>")
def _edit(doc_hash: str) -> Response[str]:
    logger.append_keys(doc_hash=doc_hash)
    audited = auditing.of(app)
    audited.of_document(doc_hash)
    edit = Edit.model_validate(parse(http.body_bytes(app.current_event), settings().body_max_bytes))
    accepted = _edits().accept(doc_hash, edit, audited.asked)
    logger.info("answered", extra={"status": accepted.status, "version": accepted.version})
    if accepted.status == "queued":
        metrics.add_metric(own.DOCUMENTS_EDITED, MetricUnit.Count, 1)
    status = HTTPStatus.ACCEPTED if accepted.status == "queued" else HTTPStatus.OK
    return http.answer(status, Accepted.of(doc_hash, accepted))


@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda entry point."""
    return app.resolve(event, context)
