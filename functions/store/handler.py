"""The Store state of an answer, and the one that ends an answer which failed: the status that it has in the end."""

from typing import Any

from bloomweaver.answering.storing import Storing
from bloomweaver.chats.ports import AnswerTask
from bloomweaver.clock import now
from wiring import dependencies
from wiring.observability import task_handler


@task_handler
def handler(event: dict[str, Any]) -> dict[str, Any]:
    """The Lambda entry point."""
    storing = Storing(dependencies.chats(), now)
    task = AnswerTask.model_validate(event)
    status = storing.fail(task, event["error"]) if "error" in event else storing.end(task)
    return {"status": status}
