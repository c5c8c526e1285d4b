"""POST /documents/{doc_hash}/retry: runs the operation of a document that failed once more."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver.clock import now
from bloomweaver.documents.answers import Accepted
from bloomweaver.recovery.retry import retry
from bloomweaver.settings import settings
from wiring import auditing, dependencies, http
from wiring.observability import logger, metrics, tracer

app = http.api()


@app.post("/documents/<doc_hash>/retry")
def _retry(doc_hash: str) -> Response[str]:
    logger.append_keys(doc_hash=doc_hash)
    audited = auditing.of(app)
    audited.of_document(doc_hash)
    message = retry(
        dependencies.records(),
        dependencies.objects(),
        dependencies.sources(),
        dependencies.queue(),
        now,
        doc_hash=doc_hash,
        asked=audited.asked,
        body_max_bytes=settings().body_max_bytes,
    )
    metrics.add_metric("DocumentsRetried", MetricUnit.Count, 1)
    logger.info("retried", extra={"version": message.version})
    accepted = Accepted(doc_hash=doc_hash, version=message.version, operation=message.operation, status="queued")
    return http.answer(HTTPStatus.ACCEPTED, accepted)


@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda entry point."""
    return app.resolve(event, context)
