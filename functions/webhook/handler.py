"""POST /webhook: takes an operation on a document."""

from functools import cache
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver.auth.roles import Permission
from bloomweaver.clock import now
from bloomweaver.documents.answers import Accepted
from bloomweaver.documents.ingest import Ingest
from bloomweaver.models.webhook import WebhookBody
from bloomweaver.request_body import parse
from bloomweaver.settings import settings
from wiring import admission, auditing, dependencies, http
from wiring.observability import logger, metrics, tracer

app = http.api()


@cache
def _ingest() -> Ingest:
    return Ingest(
        dependencies.records(),
        dependencies.objects(),
        dependencies.uploads(),
        dependencies.queue(),
        now,
        upload_max_bytes=settings().upload_max_bytes,
    )


@app.post("/webhook")
def _webhook() -> Response[str]:
    return admission.once(dependencies.entrance(), app, Permission.WRITE, _take)


def _take(raw: bytes) -> Response[str]:
    body = WebhookBody.model_validate(parse(raw, settings().body_max_bytes))
    logger.append_keys(doc_hash=body.doc_hash)
    audited = auditing.of(app)
    audited.of_document(body.doc_hash)
    accepted = _ingest().accept(body, raw, audited.asked)
    metrics.add_metric(f"Webhook{accepted.status.capitalize()}", MetricUnit.Count, 1)
    logger.info("answered", extra={"status": accepted.status, "version": accepted.version})
    status = HTTPStatus.ACCEPTED if accepted.status == "queued" else HTTPStatus.OK
    return http.answer(status, Accepted.of(body.doc_hash, accepted))


@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda entry point."""
    return app.resolve(event, context)
