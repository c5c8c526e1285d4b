"""Reads a streamed chat completion as OpenAI, vLLM, Ollama and llama.cpp send it: server-sent events, a JSON in each.

They differ: some send comments to keep the connection open, some no `[DONE]`, some no usage or one in an event of its
own, and each has its own way to tell of an error in the middle of a stream.
"""

import codecs
import json
from collections.abc import Iterable, Iterator
from typing import Any

from bloomweaver.answering.ports import Ended, Event, Piece
from bloomweaver.errors import GeneratorUnavailable

LINE_MAX_CHARACTERS = 1_000_000
_DONE = "[DONE]"


def events_of(chunks: Iterable[bytes]) -> Iterator[Event]:
    """The events of an answer whose body comes in these chunks, however they cut it.

    What keeps the connection open is an empty piece, so that whoever waits can look at the clock. A body that ends
    before the model said why it ended has no `Ended`. Raises `GeneratorUnavailable` for an error in the stream, and for
    what is no such stream; no word of the body is in it.
    """
    finish: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    done = False
    for line in _lines(chunks):
        if not line.startswith("data:"):
            yield Piece("")
            continue
        data = line.removeprefix("data:").strip()
        if data == _DONE:
            done = True
            break
        event = _parsed(data)
        if event.get("error") or event.get("object") == "error":
            raise GeneratorUnavailable("the generator told of an error in the middle of its answer")
        usage = event.get("usage")
        if isinstance(usage, dict):
            tokens_in, tokens_out = _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")
        for choice in _choices(event):
            content = (choice.get("delta") or {}).get("content")
            if isinstance(content, str) and content:
                yield Piece(content)
            reason = choice.get("finish_reason")
            finish = reason if isinstance(reason, str) and reason else finish
    if finish is not None or done:
        yield Ended(whole=finish in (None, "stop", "eos"), tokens_in=tokens_in, tokens_out=tokens_out)


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """The lines of a body in UTF-8 that are not empty, without their ends. It may be cut within a character."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    held = ""
    for chunk in chunks:
        held += decoder.decode(chunk)
        *whole, held = held.replace("\r\n", "\n").split("\n")
        yield from (line.rstrip("\r") for line in whole if line.rstrip("\r"))
        if len(held) > LINE_MAX_CHARACTERS:
            raise GeneratorUnavailable("the generator sent a line without an end")
    held += decoder.decode(b"", final=True)
    if held.strip():
        yield held.rstrip("\r")


def _parsed(data: str) -> dict[str, Any]:
    try:
        event = json.loads(data)
    except ValueError as error:
        raise GeneratorUnavailable("the generator sent an event that is no JSON, or broke off in one") from error
    if not isinstance(event, dict):
        raise GeneratorUnavailable("the generator sent an event that is no JSON object")
    return event


def _choices(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    choices = event.get("choices")
    return (choice for choice in choices if isinstance(choice, dict)) if isinstance(choices, list) else iter(())


def _count(usage: dict[str, Any], name: str) -> int | None:
    number = usage.get(name)
    return number if isinstance(number, int) and number >= 0 else None
