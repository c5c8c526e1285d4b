"""The routes of /chats: one's own chats, questions and answers. To anybody else they do not exist."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver.answering.limits import limits_of
from bloomweaver.answering.prompting import Prompting
from bloomweaver.answering.reading import Reading
from bloomweaver.answering.served import ServedPassages
from bloomweaver.chats.allowance import Allowance, AllowanceLimits
from bloomweaver.chats.answers import ChatDeleted, ChatList, ChatStarted, MessageAccepted, MessageList, ShownChat
from bloomweaver.chats.chat import owner_of
from bloomweaver.chats.desk import Desk
from bloomweaver.chats.message import Message
from bloomweaver.chats.requests import (
    ChatPatch,
    ChatsRequest,
    MessagesRequest,
    NewChat,
    NewFeedback,
    NewMessage,
    NoFields,
)
from bloomweaver.clock import now
from bloomweaver.request_body import parse
from bloomweaver.settings import settings
from wiring import dependencies, http
from wiring.observability import logger, tracer

app = http.api()


@app.post("/chats")
def _open() -> Response[str]:
    chat = _desk().open(NewChat.model_validate(_body()))
    return http.answer(HTTPStatus.CREATED, ChatStarted(chat_id=chat.id))


@app.get("/chats")
def _chats() -> Response[str]:
    request = ChatsRequest.model_validate(_query())
    page = _desk().chats(request.limit, request.cursor, request.title)
    return http.answer(
        HTTPStatus.OK, ChatList(chats=[ShownChat.of(chat) for chat in page.chats], next_cursor=page.cursor)
    )


@app.get("/chats/<id>")
def _chat(id: str) -> Response[str]:
    return http.answer(HTTPStatus.OK, ShownChat.of(_desk().chat(id)))


@app.patch("/chats/<id>")
def _change(id: str) -> Response[str]:
    return http.answer(HTTPStatus.OK, ShownChat.of(_desk().change(id, ChatPatch.model_validate(_body()))))


@app.delete("/chats/<id>")
def _delete(id: str) -> Response[str]:
    _desk().delete(id)
    return http.answer(HTTPStatus.OK, ChatDeleted(chat_id=id))


@app.post("/chats/<id>/messages")
def _ask(id: str) -> Response[str]:
    return _accepted(_desk().ask(id, NewMessage.model_validate(_body()).question))


@app.get("/chats/<id>/messages")
def _messages(id: str) -> Response[str]:
    request = MessagesRequest.model_validate(_query())
    page = _desk().messages(id, request.limit, request.cursor)
    shown = _reading().shown(page.messages)
    return http.answer(HTTPStatus.OK, MessageList(messages=shown, next_cursor=page.cursor))


@app.get("/chats/<id>/messages/<message_id>")
def _message(id: str, message_id: str) -> Response[str]:
    return _shown(_desk().message(id, message_id))


@app.get("/chats/<id>/messages/<message_id>/prompt")
def _prompt(id: str, message_id: str) -> Response[str]:
    return http.answer(HTTPStatus.OK, _prompting().to_show(_desk().message(id, message_id)))


@app.post("/chats/<id>/messages/<message_id>/stop")
def _stop(id: str, message_id: str) -> Response[str]:
    NoFields.model_validate(_body_if_any())
    return _shown(_desk().stop(id, message_id))


@app.post("/chats/<id>/messages/<message_id>/again")
def _again(id: str, message_id: str) -> Response[str]:
    NoFields.model_validate(_body_if_any())
    return _accepted(_desk().again(id, message_id))


@app.post("/chats/<id>/messages/<message_id>/feedback")
def _feedback(id: str, message_id: str) -> Response[str]:
    return _shown(_desk().feedback(id, message_id, NewFeedback.model_validate(_body())))


def _desk() -> Desk:
    """The chats of whoever sent the request."""
    authorizer = app.current_event["requestContext"].get("authorizer") or {}
    return Desk(
        dependencies.chats(),
        dependencies.answer_runs(),
        Allowance(dependencies.usage(), now, _limits()),
        now,
        owner=owner_of(http.caller(app.current_event).subject),
        role=authorizer.get("role", ""),
        kept_days=settings().chats_kept_days,
    )


def _limits() -> AllowanceLimits:
    # The documents' own sentences use no tokens, so there are none to look up.
    tokens = settings().tokens_per_day if settings().generator != "extractive" else 0
    return AllowanceLimits(questions_per_minute=settings().questions_per_minute, tokens_per_day=tokens)


def _passages() -> ServedPassages:
    return ServedPassages(dependencies.standings(), dependencies.index_stores())


def _reading() -> Reading:
    return Reading(_passages(), now)


def _prompting() -> Prompting:
    limits = limits_of(settings().generator, settings().generator_context_tokens)
    return Prompting(dependencies.chats(), _passages(), _reading(), limits)


def _accepted(message: Message) -> Response[str]:
    logger.info("a question is being answered", extra={"chat_id": message.chat_id, "message_id": message.id})
    return http.answer(HTTPStatus.ACCEPTED, MessageAccepted(chat_id=message.chat_id, message_id=message.id))


def _shown(message: Message) -> Response[str]:
    [shown] = _reading().shown([message])
    return http.answer(HTTPStatus.OK, shown)


def _body() -> Any:
    return parse(http.body_bytes(app.current_event), settings().body_max_bytes)


def _body_if_any() -> Any:
    return _body() if http.body_bytes(app.current_event) else {}


def _query() -> dict[str, str]:
    return app.current_event.query_string_parameters or {}


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda entry point."""
    return app.resolve(event, context)
