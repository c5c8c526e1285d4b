"""What the stream of the documents table is handed to: brings the lists of documents up to their records."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver.adapters.dynamodb_records import record_of
from bloomweaver.library.together import follow_all
from wiring import dependencies
from wiring.observability import logger, tracer


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """The Lambda entry point. What it raises has the whole batch come again, which harms nothing."""
    images = [change["dynamodb"].get("NewImage") for change in event["Records"]]
    records = [record_of(image) for image in images if image is not None]
    changed = follow_all(dependencies.listing(), records)
    logger.info("followed", extra={"changes": len(records), "documents": changed})
