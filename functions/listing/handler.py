"""What the stream of the documents table is handed to: brings the lists of documents up to their records."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver.adapters.dynamodb_records import record_of
from bloomweaver.library.following import follow
from bloomweaver.models.record import DocumentRecord
from wiring import dependencies
from wiring.observability import logger, tracer


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """The Lambda entry point. What it raises has the whole batch come again, which harms nothing."""
    latest: dict[str, DocumentRecord] = {}
    for change in event["Records"]:
        if (image := change["dynamodb"].get("NewImage")) is not None:
            record = record_of(image)
            latest[record.doc_hash] = record
    changed = sum(follow(dependencies.listing(), record) for record in latest.values())
    logger.info("followed", extra={"documents": len(latest), "changed": changed})
