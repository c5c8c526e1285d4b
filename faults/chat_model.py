"""A stand-in for a language model, with an OpenAI-compatible address: its answers say what it was given.

It says of each passage which marks it has, of every other one with the passage's key behind them, and which marks
earlier answers in its prompt have. It keeps back its last word until it is told to let go of the question, which has a
number in it. At times it refuses, fails, or breaks off.
"""

import json
import random
import re
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from bloomweaver.answering.keys import KEY
from faults.workload import MARK
from local.ports import LOOPBACK

NAME = "stand-in"
QUESTION = re.compile(r"\(question (\d+)\)")
"""In a question: its number."""
_PASSAGE = re.compile(rf"<<passage (?P<key>{KEY.pattern})>>\n(?P<text>.*?)<<end (?P=key)>>", re.DOTALL)
_HELD_SECONDS = 20.0
"""For so long a last word is kept back, if nobody lets go of it. Then the answer breaks off."""
_AT_ONCE = 100
"""Requests that may wait to be taken."""
REFUSALS = ("model answers 429", "model answers 500", "model breaks off")
_LIKELY = 0.04
"""How likely each of them is, where the model may fail."""


class ChatModel:
    """The stand-in, on a free port of this machine, as long as its context lasts. Safe between threads."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(f"chat-model-{seed}")
        self._lock = threading.Condition()
        self._asked: set[int] = set()
        self._let_go: set[int] = set()
        self._fails = False
        self._counts: Counter[str] = Counter()
        self._server = _Server((LOOPBACK, 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, name="chat model", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """The address, as `GeneratorUrl` takes it."""
        return f"http://{LOOPBACK}:{self._server.server_port}/v1"

    def may_fail(self, fails: bool) -> None:
        """Whether it refuses, fails and breaks off from now on."""
        with self._lock:
            self._fails = fails

    def counts(self) -> dict[str, int]:
        """How often it did each."""
        with self._lock:
            return dict(self._counts)

    def wait_until_asked(self, question: int, seconds: float) -> bool:
        """Return once all but the last word of an answer to the question was sent, or after so long."""
        with self._lock:
            return self._lock.wait_for(lambda: question in self._asked, seconds)

    def let_go(self, question: int) -> None:
        """Have the last word of each answer to the question sent from now on."""
        with self._lock:
            self._let_go.add(question)
            self._lock.notify_all()

    def _draw(self) -> str | None:
        with self._lock:
            drawn = self._chance.random() / _LIKELY
            if not self._fails or drawn >= len(REFUSALS):
                return None
            fault = REFUSALS[int(drawn)]
            self._counts[fault] += 1
            return fault

    def _wait(self, question: int) -> bool:
        with self._lock:
            self._asked.add(question)
            self._lock.notify_all()
            return self._lock.wait_for(lambda: question in self._let_go, _HELD_SECONDS)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                messages = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["messages"]
                fault = model._draw()
                if fault in REFUSALS[:2]:
                    self.send_error(429 if fault == REFUSALS[0] else 500)
                    return
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                *first, last = _pieces(messages)
                for piece in first:
                    self._send({"choices": [{"delta": {"content": piece}}]})
                if fault is None and model._wait(_number(messages)):
                    self._send({"choices": [{"delta": {"content": last}}]})
                    self._send({"choices": [{"delta": {}, "finish_reason": "stop"}]})

            def _send(self, event: dict[str, Any]) -> None:
                self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
                self.wfile.flush()

            def log_message(self, *_: object) -> None:
                pass

        return Handler


class _Server(ThreadingHTTPServer):
    request_queue_size = _AT_ONCE
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Who asked has gone, or was killed: nothing to say."""


def _pieces(messages: list[dict[str, str]]) -> list[str]:
    """What it writes, cut as tokens are: within marks and keys too. The last word is a piece of its own."""
    said = []
    for place, passage in enumerate(_PASSAGE.finditer(messages[-1]["content"])):
        marks = " ".join(mark.group() for mark in MARK.finditer(passage["text"]))
        said.append(f"{marks} [{passage['key']}]. " if place % 2 == 0 else f"{marks} is there too. ")
    for message in messages:
        if message["role"] == "assistant":
            marks = " ".join(mark.group() for mark in MARK.finditer(message["content"]))
            said.append(f"{marks} was said before. ")
    text = "".join(said)
    return [*(text[start : start + 7] for start in range(0, len(text), 7)), "End."]


def _number(messages: list[dict[str, str]]) -> int:
    found = QUESTION.findall(messages[-1]["content"])
    return int(found[-1]) if found else 0
