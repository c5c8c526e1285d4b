"""The three queues' consumer: one execution for each message, with a bound on how many run at a time."""

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver.errors import TransientError
from bloomweaver.models.message import OperationMessage
from bloomweaver.pipeline.dispatch import hold
from bloomweaver.settings import settings
from wiring import dependencies
from wiring.observability import logger, tracer

# A batch in which every message fails is answered message by message too, not as an error of the function.
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """The Lambda entry point."""
    started: list[OperationMessage] = []

    def start(record: SQSRecord) -> None:
        try:
            message = OperationMessage.model_validate_json(record.body)
            dependencies.executions().start(message)
        except Exception:
            logger.exception("the message did not start an execution", extra={"message_id": record.message_id})
            raise
        logger.info("started", extra=message.model_dump(mode="json"))
        started.append(message)

    answer = process_partial_response(event=event, record_handler=start, processor=processor, context=context)
    try:
        if not hold(
            dependencies.records(), started, settings().dispatch_hold_seconds, settings().dispatch_let_go_seconds
        ):
            logger.info("Lambda has no place for what was started: let go of this one")
    except TransientError:
        # What was to be started is started; an error here would deliver all of it again.
        logger.exception("could not wait for the executions")
    return answer
