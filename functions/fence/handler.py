"""The Fence state of an answer: whether what it rests on still stands after its last word."""

from typing import Any

from bloomweaver.answering.fence import Fence
from bloomweaver.chats.ports import AnswerTask
from bloomweaver.clock import now
from wiring import dependencies
from wiring.observability import task_handler


@task_handler
def handler(event: dict[str, Any]) -> dict[str, Any]:
    """The Lambda entry point."""
    fence = Fence(dependencies.chats(), dependencies.standings(), now)
    return {"verdict": fence.run(AnswerTask.model_validate(event))}
