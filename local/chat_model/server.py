"""The model's address: `POST /v1/chat/completions`, streamed, as OpenAI's API has it, and `GET /ready`."""

import json
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import iterate_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from local.chat_model.model import ChatModel, Ended

MAX_TOKENS = 512


class _Message(BaseModel):
    role: str = Field(pattern="^(system|user|assistant)$")
    content: str


class _Asked(BaseModel):
    """The part of a request that counts here; the rest is left unread."""

    model_config = ConfigDict(extra="ignore")

    messages: list[_Message] = Field(min_length=1)
    max_tokens: int = Field(default=MAX_TOKENS, ge=1)
    stream: bool = False


def application(name: str, model: ChatModel) -> Starlette:
    """The server of a model that is loaded."""

    async def complete(request: Request) -> Response:
        try:
            asked = _Asked.model_validate_json(await request.body())
        except ValidationError as error:
            problem = error.errors(include_url=False, include_input=False)[0]
            return _refused(f"{'.'.join(map(str, problem['loc'])) or 'body'}: {problem['msg']}")
        if not asked.stream:
            return _refused("stream: this server streams, and nothing else")
        return StreamingResponse(iterate_in_threadpool(_events(name, model, asked)), media_type="text/event-stream")

    async def ready(_: Request) -> Response:
        return PlainTextResponse("ready")

    return Starlette(routes=[Route("/v1/chat/completions", complete, methods=["POST"]), Route("/ready", ready)])


def _events(name: str, model: ChatModel, asked: _Asked) -> Iterator[str]:
    """The server-sent events of an answer."""
    messages = [message.model_dump() for message in asked.messages]
    written = cast("Any", model.write(messages, min(asked.max_tokens, MAX_TOKENS)))
    with closing(written):
        for piece in written:
            if not isinstance(piece, Ended):
                yield _event(name, {"content": piece}, None)
                continue
            usage = {
                "prompt_tokens": piece.tokens_in,
                "completion_tokens": piece.tokens_out,
                "total_tokens": piece.tokens_in + piece.tokens_out,
            }
            yield _event(name, {}, "stop" if piece.is_whole else "length", usage)
    yield "data: [DONE]\n\n"


def _event(name: str, delta: dict[str, str], finish: str | None, usage: dict[str, int] | None = None) -> str:
    body: dict[str, Any] = {
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": name,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }
    return f"data: {json.dumps(body if usage is None else body | {'usage': usage})}\n\n"


def _refused(message: str) -> Response:
    return JSONResponse({"error": {"message": message, "type": "invalid_request_error"}}, status_code=400)
