"""A generator behind an OpenAI-compatible address, against servers that stream as known ones do, and misbehave."""

import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bloomweaver.adapters.openai_generator import OpenAiGenerator
from bloomweaver.answering.endpoint import Endpoint, parse_endpoint
from bloomweaver.answering.openai_stream import LINE_MAX_CHARACTERS, events_of
from bloomweaver.answering.passages import PromptPassage
from bloomweaver.answering.ports import Ended, Event, Piece
from bloomweaver.answering.prompt import Prompt
from bloomweaver.errors import (
    BloomweaverError,
    ConfigurationError,
    GeneratorOverloaded,
    GeneratorRejected,
    GeneratorUnavailable,
)
from tests.answering.model_server import DONE, ROLE, USAGE, event, refusing, server, streaming

PROMPT = Prompt("Where is the secret?", [PromptPassage("ref-aaaaaa", "In the blue cabinet.")], answer_tokens=77)
KEY = "sk-not-to-be-told"


OPENAI = ROLE + event("In the ") + event("cabinet - 青") + event(None, "stop") + USAGE + DONE
OLLAMA = event("In the ", usage=None) + event("cabinet - 青", "stop")  # neither usage nor [DONE]
VLLM = b": keep-alive\r\n\r\n" + OPENAI.replace(b"\n", b"\r\n")
WHOLE = "In the cabinet - 青"


def read(body: bytes, cuts: Sequence[int] = ()) -> tuple[str, Ended | None]:
    """What a stream that is cut there says, and its end."""
    places = [0, *sorted(cuts), len(body)]
    found = list(events_of(body[start:end] for start, end in pairwise(places)))
    return _said(found)


def _said(found: Sequence[Event]) -> tuple[str, Ended | None]:
    text = "".join(each.text for each in found if isinstance(each, Piece))
    return text, next((each for each in found if isinstance(each, Ended)), None)


@pytest.mark.parametrize(
    ("body", "end"),
    [
        (OPENAI, Ended(tokens_in=12, tokens_out=3)),
        (VLLM, Ended(tokens_in=12, tokens_out=3)),
        (OLLAMA, Ended()),
        (OPENAI.rstrip(b"\n"), Ended(tokens_in=12, tokens_out=3)),
        (OPENAI.replace(b"data: ", b"data:"), Ended(tokens_in=12, tokens_out=3)),
        (OPENAI.replace(b'"stop"', b'"length"'), Ended(whole=False, tokens_in=12, tokens_out=3)),
        (OPENAI.replace(b'"finish_reason": "stop"', b'"finish_reason": null'), Ended(tokens_in=12, tokens_out=3)),
    ],
)
def test_known_servers_are_understood(body: bytes, end: Ended) -> None:
    assert read(body) == (WHOLE, end)


@given(st.lists(st.integers(0, min(len(OPENAI), len(VLLM))), max_size=20), st.sampled_from([OPENAI, VLLM, OLLAMA]))
def test_however_the_body_is_cut_the_same_comes_out(cuts: list[int], body: bytes) -> None:
    assert read(body, [min(cut, len(body)) for cut in cuts]) == read(body)


def test_a_stream_that_breaks_off_between_events_has_no_end() -> None:
    assert read(ROLE + event("In the ")) == ("In the ", None)


@pytest.mark.parametrize(
    "broken",
    [
        b'data: {"error": {"message": "In the blue cabinet"}}\n\n',  # OpenAI, Ollama
        b'data: {"object": "error", "message": "In the blue cabinet"}\n\n',  # vLLM
        b'data: {"choices": [{"del',
        b"data: In the blue cabinet\n\n",
        b"data: []\n\n",
    ],
)
def test_an_error_in_the_middle_is_one_and_none_of_its_words_are_told(broken: bytes) -> None:
    found: list[Event] = []
    with pytest.raises(GeneratorUnavailable) as refused:
        found.extend(events_of([event("In the "), broken]))
    assert "cabinet" not in str(refused.value)


def test_a_line_without_an_end_is_not_collected_for_ever() -> None:
    with pytest.raises(GeneratorUnavailable):
        list(events_of(b"x" * 65536 for _ in range(LINE_MAX_CHARACTERS)))


@pytest.mark.parametrize("body", [b"", b'data: {"choices": null}\n\ndata: {"choices": [1, {"delta": null}]}\n\n'])
def test_what_has_no_content_says_nothing(body: bytes) -> None:
    assert read(body) == ("", None)


def generator(url: str, key: str = KEY, read_seconds: float = 5.0) -> OpenAiGenerator:
    return OpenAiGenerator(lambda: Endpoint(url=url, api_key=key), "small", read_seconds=read_seconds)


@pytest.mark.parametrize("chunked", [True, False])
def test_an_answer_comes_over_http_as_it_was_streamed(chunked: bool) -> None:
    with server(streaming(OPENAI[:150], OPENAI[150:], chunked=chunked)) as (url, asked):
        made = generator(url)
        assert _said(list(made.answer(PROMPT))) == (WHOLE, Ended(tokens_in=12, tokens_out=3))
    [request] = asked
    assert (request["path"], request["key"], request["model"]) == ("/v1/chat/completions", f"Bearer {KEY}", made.name)
    assert (request["stream"], request["max_tokens"]) == (True, 77)
    assert request["messages"] == PROMPT.messages()


def test_without_a_key_none_is_sent() -> None:
    with server(streaming(OPENAI)) as (url, asked):
        list(generator(url, key="").answer(PROMPT))
    assert asked[0]["key"] is None


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, GeneratorRejected),
        (401, GeneratorRejected),
        (404, GeneratorRejected),
        (307, GeneratorRejected),
        (429, GeneratorOverloaded),
        (500, GeneratorUnavailable),
        (503, GeneratorUnavailable),
    ],
)
def test_a_refusal_has_its_name_and_none_of_the_servers_words(status: int, error: type[BloomweaverError]) -> None:
    with server(refusing(status, Retry_After="7")) as (url, _), pytest.raises(error) as refused:
        list(generator(url).answer(PROMPT))
    assert "cabinet" not in str(refused.value)
    assert KEY not in str(refused.value)
    if isinstance(refused.value, GeneratorOverloaded):
        assert refused.value.retry_after == 7.0


def test_a_connection_that_is_cut_in_the_middle_is_an_error_after_what_came() -> None:
    found: list[Event] = []
    with server(streaming(event("In the "), ends=False)) as (url, _), pytest.raises(GeneratorUnavailable):
        found.extend(generator(url).answer(PROMPT))
    with server(streaming(event("In the "), ends=False)) as (url, _):
        answer = generator(url).answer(PROMPT)
        assert next(answer) == Piece("In the ")


def test_a_server_that_says_nothing_is_given_up() -> None:
    released = threading.Event()

    def silent(handler: BaseHTTPRequestHandler) -> None:
        released.wait(10)

    with server(silent) as (url, _):
        try:
            with pytest.raises(GeneratorUnavailable):
                list(generator(url, read_seconds=0.2).answer(PROMPT))
        finally:
            released.set()


def test_nothing_there_is_unavailable() -> None:
    with pytest.raises(GeneratorUnavailable):
        list(generator("http://127.0.0.1:9/v1").answer(PROMPT))


def test_who_leaves_in_the_middle_closes_the_connection() -> None:
    with server(streaming(event("In the "), *[event("cabinet ")] * 1000, DONE)) as (url, _):
        answer = generator(url).answer(PROMPT)
        assert next(answer) == Piece("In the ")
        answer.close()  # type: ignore[attr-defined]
        assert list(answer) == []


@pytest.mark.parametrize("text", ["", "[]", '{"url": "ftp://x"}', '{"url": 1}', '{"api_key": "sk-secret"}'])
def test_a_secret_that_is_none_is_told_without_its_words(text: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_endpoint(text)
    assert "sk-secret" not in str(refused.value)
    assert parse_endpoint('{"url": "http://127.0.0.1:1/v1"}').api_key == ""
