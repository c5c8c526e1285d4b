"""The WebSocket API's routes: a connection is opened, something is sent over it, it is closed.

What is logged is what was done, and never what was sent, which may be a ticket.
"""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver.errors import TicketRefused
from wiring import dependencies
from wiring.observability import logger, tracer


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda entry point. Whoever opens a connection sees its status; answers to what is sent are posted."""
    connection_id = event["requestContext"]["connectionId"]
    logger.append_keys(connection=connection_id)
    sessions = dependencies.sessions()
    match event["requestContext"]["eventType"]:
        case "CONNECT":
            try:
                opened = sessions.connect(connection_id, (event.get("queryStringParameters") or {}).get("ticket"))
            except TicketRefused as error:
                logger.info("refused", extra={"reason": str(error)})
                return {"statusCode": int(HTTPStatus.UNAUTHORIZED)}
            extra = {"principal": opened.subject, "ends_at": opened.ends_at, "one_too_many": opened.is_one_too_many}
            logger.info("opened", extra=extra)
        case "DISCONNECT":
            sessions.disconnect(connection_id)
            logger.info("closed")
        case _:
            logger.info("received", extra={"what": sessions.receive(connection_id, event.get("body") or "")})
    return {"statusCode": int(HTTPStatus.OK)}
