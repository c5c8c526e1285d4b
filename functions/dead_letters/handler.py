"""GET /dead-letters: what lies in the dead letter queues."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, ConfigDict, Field

from bloomweaver.clock import now
from bloomweaver.models.dead_letter import DeadLetterQueue
from bloomweaver.recovery.dead_letters import look
from wiring import dependencies, http
from wiring.observability import logger, tracer

app = http.api()


class ListRequest(BaseModel):
    """The query parameters of GET /dead-letters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    branch: DeadLetterQueue | None = None
    limit: int = Field(default=20, ge=1, le=100)
    """Of each queue."""


@app.get("/dead-letters")
def _list() -> Response[str]:
    request = ListRequest.model_validate(app.current_event.query_string_parameters or {})
    chosen = [request.branch] if request.branch else list(DeadLetterQueue)
    found = look(dependencies.dead_letter_queues(), now, chosen, request.limit)
    queues = [queue.model_dump(mode="json", exclude_none=True) for queue in found]
    return http.answer(HTTPStatus.OK, {"queues": queues})


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda entry point."""
    return app.resolve(event, context)
