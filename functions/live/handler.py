"""POST /live/ticket and GET /changes: the way to live messages, and what changed for those who have missed some."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver.live.answers import ChangeList, LiveTicket
from bloomweaver.live.changes import ChangesPage
from bloomweaver.live.cursor import Cursor
from bloomweaver.live.requests import ChangesRequest
from bloomweaver.live.topics import Topic
from bloomweaver.settings import settings
from wiring import dependencies, http
from wiring.observability import logger, tracer

app = http.api()


@app.post("/live/ticket")
def _ticket() -> Response[str]:
    caller = http.caller(app.current_event)
    ticket, good_until = dependencies.tickets().give(caller.subject, caller.expires_at)
    answer = LiveTicket(url=settings().required("live_url"), ticket=ticket, expires_at=good_until)
    return http.answer(HTTPStatus.OK, answer)


@app.get("/changes")
def _changes() -> Response[str]:
    request = ChangesRequest.model_validate(app.current_event.query_string_parameters or {})
    changes = dependencies.changes()
    if request.after is None:
        page = ChangesPage([], changes.start())
    else:
        page = changes.after([Topic.parse(request.topic)], Cursor.parse(request.after))
    return http.answer(HTTPStatus.OK, ChangeList.of(page))


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda entry point."""
    return app.resolve(event, context)
