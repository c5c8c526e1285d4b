"""What the streams of two tables are handed to, of the documents and of progress: tells those who watch."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver.adapters.progress_items import document_of, operation_of
from wiring import dependencies
from wiring.observability import logger, tracer


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """The Lambda entry point. What it raises has the whole batch come again, which harms nothing."""
    keys = [change["dynamodb"]["Keys"] for change in event["Records"]]
    noted = [key["item"]["S"] for key in keys if "item" in key]
    documents = {key["doc_hash"]["S"] for key in keys if "doc_hash" in key} | _known(map(document_of, noted))
    operations = _known(map(operation_of, noted))
    told = dependencies.telling().tell(documents, operations)
    if told.connections:
        logger.info("told", extra={"documents": len(documents), "operations": len(operations), **asdict(told)})


def _known(names: Iterable[str | None]) -> set[str]:
    return {name for name in names if name is not None}
