"""Bedrock's ConverseStream, from a server on loopback that sends what AWS documents."""

import binascii
import json
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
from botocore.config import Config

from bloomweaver.adapters.bedrock_generator import BedrockGenerator
from bloomweaver.answering.passages import PromptPassage
from bloomweaver.answering.ports import Ended, Event, Piece
from bloomweaver.answering.prompt import INSTRUCTIONS, Prompt, Turn
from bloomweaver.errors import BloomweaverError, GeneratorOverloaded, GeneratorRejected, GeneratorUnavailable

PROMPT = Prompt("Where?", [PromptPassage("ref-aaaaaa", "In the blue cabinet.")], [Turn("Who?", "He.")], 77)
MODEL = "some.model-v1:0"


def frame(body: dict[str, Any], **headers: str) -> bytes:
    """A message of AWS's event stream encoding."""
    given = {":content-type": "application/json", **{f":{name.replace('_', '-')}": v for name, v in headers.items()}}
    encoded = b"".join(
        struct.pack("!B", len(name)) + name.encode() + struct.pack("!BH", 7, len(value)) + value.encode()
        for name, value in given.items()
    )
    payload = json.dumps(body).encode()
    prelude = struct.pack("!II", 16 + len(encoded) + len(payload), len(encoded))
    message = prelude + struct.pack("!I", binascii.crc32(prelude)) + encoded + payload
    return message + struct.pack("!I", binascii.crc32(message))


def said(kind: str, body: dict[str, Any]) -> bytes:
    return frame(body, message_type="event", event_type=kind)


def failed(kind: str) -> bytes:
    return frame({"message": "In the blue cabinet"}, message_type="exception", exception_type=kind)


def delta(text: str) -> bytes:
    return said("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": text}})


def stopped(reason: str) -> bytes:
    usage = {"inputTokens": 12, "outputTokens": 3, "totalTokens": 15}
    metadata = {"usage": usage, "metrics": {"latencyMs": 5}}
    return said("messageStop", {"stopReason": reason}) + said("metadata", metadata)


BEGUN = said("messageStart", {"role": "assistant"}) + delta("In the ") + delta("cabinet")


@contextmanager
def bedrock(
    *frames: bytes, status: int = 200, error: str = ""
) -> Iterator[tuple[BedrockGenerator, Sequence[dict[str, Any]]]]:
    """A generator whose service answers so, and what it was asked."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append({"path": self.path, **json.loads(self.rfile.read(int(self.headers["Content-Length"])))})
            self.send_response(status)
            if error:
                self.send_header("x-amzn-ErrorType", error)
            kind = "application/json" if error else "application/vnd.amazon.eventstream"
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(b'{"message": "In the blue cabinet"}' if error else b"".join(frames))

        def log_message(self, format: str, *args: Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    client = boto3.client(
        "bedrock-runtime",
        endpoint_url=f"http://127.0.0.1:{http.server_port}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )
    try:
        yield BedrockGenerator(client, MODEL), asked
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def test_an_answer_comes_with_its_end_and_what_it_took() -> None:
    with bedrock(BEGUN, stopped("end_turn")) as (generator, asked):
        found = list(generator.answer(PROMPT))
    assert found == [Piece("In the "), Piece("cabinet"), Ended(tokens_in=12, tokens_out=3)]
    [request] = asked
    assert request["path"] == f"/model/{MODEL.replace(':', '%3A')}/converse-stream"
    assert request["system"] == [{"text": INSTRUCTIONS}]
    assert [message["role"] for message in request["messages"]] == ["user", "assistant", "user"]
    assert request["inferenceConfig"] == {"maxTokens": 77, "temperature": 0.0}


@pytest.mark.parametrize("reason", ["max_tokens", "guardrail_intervened", "content_filtered"])
def test_what_ends_for_another_reason_is_not_whole(reason: str) -> None:
    with bedrock(BEGUN, stopped(reason)) as (generator, _):
        assert list(generator.answer(PROMPT))[-1] == Ended(whole=False, tokens_in=12, tokens_out=3)


def test_a_stream_that_breaks_off_has_no_end() -> None:
    with bedrock(BEGUN) as (generator, _):
        assert list(generator.answer(PROMPT)) == [Piece("In the "), Piece("cabinet")]


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("throttlingException", GeneratorOverloaded),
        ("validationException", GeneratorRejected),
        ("modelStreamErrorException", GeneratorUnavailable),
        ("internalServerException", GeneratorUnavailable),
        ("serviceUnavailableException", GeneratorUnavailable),
    ],
)
def test_an_error_in_the_middle_has_its_name_and_no_words(kind: str, error: type[BloomweaverError]) -> None:
    found: list[Event] = []
    with bedrock(BEGUN, failed(kind)) as (generator, _), pytest.raises(error) as refused:
        found.extend(generator.answer(PROMPT))
    assert "cabinet" not in str(refused.value)


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (429, "ThrottlingException", GeneratorOverloaded),
        (400, "ValidationException", GeneratorRejected),
        (403, "AccessDeniedException", GeneratorRejected),
        (404, "ResourceNotFoundException", GeneratorRejected),
        (500, "InternalServerException", GeneratorUnavailable),
        (503, "ServiceUnavailableException", GeneratorUnavailable),
    ],
)
def test_a_refusal_has_its_name_and_no_words(status: int, code: str, error: type[BloomweaverError]) -> None:
    with bedrock(status=status, error=code) as (generator, _), pytest.raises(error) as refused:
        list(generator.answer(PROMPT))
    assert "cabinet" not in str(refused.value)


def test_who_leaves_in_the_middle_closes_the_stream() -> None:
    with bedrock(BEGUN, stopped("end_turn")) as (generator, _):
        answer = generator.answer(PROMPT)
        assert next(answer) == Piece("In the ")
        answer.close()  # type: ignore[attr-defined]
        assert list(answer) == []
