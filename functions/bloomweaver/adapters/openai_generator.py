"""A model behind an OpenAI-compatible address: `POST /chat/completions`, streamed."""

import json
from collections.abc import Callable, Iterator

import urllib3

from bloomweaver.answering.endpoint import Endpoint
from bloomweaver.answering.openai_stream import events_of
from bloomweaver.answering.ports import Event
from bloomweaver.answering.prompt import Prompt
from bloomweaver.errors import GeneratorOverloaded, GeneratorRejected, GeneratorUnavailable

CONNECT_SECONDS = 5.0
READ_SECONDS = 60.0
"""Between two parts of an answer, and before the first: a long prompt takes a while to be read."""
CHUNK_BYTES = 16 * 1024
_NOT_THERE = 500
_LATER = 408, 425


class OpenAiGenerator:
    """Implements `Generator`."""

    def __init__(self, endpoint: Callable[[], Endpoint], model: str, *, read_seconds: float = READ_SECONDS) -> None:
        """`endpoint` is asked before each answer, so that a new key is used without a new process."""
        self._endpoint = endpoint
        self._model = model
        self._http = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=read_seconds), retries=False
        )

    @property
    def name(self) -> str:
        """See `Generator`."""
        return self._model

    def answer(self, prompt: Prompt) -> Iterator[Event]:
        """See `Generator`."""
        # Nobody else's words are in an error: a server may repeat the prompt in its own.
        try:
            response = self._ask(prompt)
        except urllib3.exceptions.HTTPError as error:
            raise GeneratorUnavailable(f"the generator cannot be reached: {type(error).__name__}") from None
        try:
            self._check(response)
            yield from events_of(_chunks(response))
        except urllib3.exceptions.HTTPError as error:
            raise GeneratorUnavailable(f"the generator's answer broke off: {type(error).__name__}") from None
        finally:
            # It may not be at its end, so the connection is of no more use.
            response.close()

    def _ask(self, prompt: Prompt) -> urllib3.BaseHTTPResponse:
        endpoint = self._endpoint()
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
        if endpoint.api_key:
            headers["Authorization"] = f"Bearer {endpoint.api_key}"
        body = {
            "model": self._model,
            "messages": prompt.messages(),
            "max_tokens": prompt.answer_tokens,
            "temperature": 0,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        return self._http.request(
            "POST",
            f"{endpoint.url.rstrip('/')}/chat/completions",
            body=json.dumps(body).encode(),
            headers=headers,
            preload_content=False,
            redirect=False,
        )

    def _check(self, response: urllib3.BaseHTTPResponse) -> None:
        status = response.status
        if status == 429:
            given = response.headers.get("Retry-After", "")
            raise GeneratorOverloaded(
                "the generator answers 429: it is asked too often",
                retry_after=float(given) if given.isdecimal() else None,
            )
        if status >= _NOT_THERE or status in _LATER:
            raise GeneratorUnavailable(f"the generator answers {status}")
        if status != 200:
            raise GeneratorRejected(f"the generator answers {status}")


def _chunks(response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    """The body as it comes, and not only when a chunk is full."""
    if getattr(response, "chunked", False):
        yield from response.stream(CHUNK_BYTES)
        return
    while chunk := response.read1(CHUNK_BYTES):
        yield chunk
