"""What the stream of the documents table is handed to: tells those who watch."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from wiring import dependencies
from wiring.observability import logger, tracer


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """The Lambda entry point. What it raises has the whole batch come again, which harms nothing."""
    changed = {change["dynamodb"]["Keys"]["doc_hash"]["S"] for change in event["Records"]}
    told = dependencies.telling().tell(changed)
    if told.connections:
        logger.info("told", extra={"documents": len(changed), **asdict(told)})
