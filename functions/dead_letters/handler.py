"""GET /dead-letters: what lies in the dead letter queues."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver.clock import now
from bloomweaver.models.dead_letter import DeadLetterQueue
from bloomweaver.recovery.answers import DeadLetters
from bloomweaver.recovery.dead_letters import DeadLettersRequest, look
from wiring import dependencies, http
from wiring.observability import logger, tracer

app = http.api()


@app.get("/dead-letters")
def _list() -> Response[str]:
    request = DeadLettersRequest.model_validate(app.current_event.query_string_parameters or {})
    chosen = [request.branch] if request.branch else list(DeadLetterQueue)
    found = look(dependencies.dead_letter_queues(), now, chosen, request.limit)
    return http.answer(HTTPStatus.OK, DeadLetters(queues=found))


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda entry point."""
    return app.resolve(event, context)
