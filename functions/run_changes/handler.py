"""What Step Functions publishes of its executions, by a queue, and a schedule: keeps the table of runs.

On schedule it looks up the runs of which it was not told that they ended.
"""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver.clock import now
from bloomweaver.models.run import RunEntry
from bloomweaver.runs.catching_up import catch_up
from bloomweaver.runs.changes import NoStatusChange, note, read_change
from bloomweaver.settings import settings
from wiring import dependencies
from wiring.observability import logger, tracer


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """The Lambda entry point. What it raises has the whole batch come again, which harms nothing."""
    if "Records" in event:
        _note(event["Records"])
        return
    ended = catch_up(
        dependencies.followed_runs(),
        dependencies.run_histories(),
        now,
        after_minutes=settings().runs_look_after_minutes,
        looks_max=settings().runs_looks_max,
        seconds=settings().runs_look_seconds,
    )
    logger.info("looked up", extra={"ended": ended})


def _note(messages: list[dict[str, Any]]) -> None:
    machines = {arn: machine for machine, arn in dependencies.machine_arns().items()}
    entries: list[RunEntry] = []
    for message in messages:
        try:
            entries.append(read_change(message["body"], machines))
        except NoStatusChange as error:
            # It would be the same if it came again.
            logger.error("a message is no change of a run: %s", error, extra={"message_id": message["messageId"]})
    noted = note(dependencies.followed_runs(), entries)
    logger.info("noted", extra={"changes": len(messages), "runs": noted})
