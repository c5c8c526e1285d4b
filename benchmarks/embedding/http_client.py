"""The client of every server that is measured, in a process of its own: `python -m benchmarks.embedding.http_client`.

A job names a server and a file of texts. It is answered with how long the requests took, or the vectors are written to
a file. Answers are parsed after the clock has stopped: a client's JSON parser is not what is measured.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import orjson
from numpy.typing import NDArray

from benchmarks.embedding.jobs import Job, private_output, serve
from benchmarks.errors import RunError

REQUEST_SECONDS = 120.0
HEADERS = {"Content-Type": "application/json"}


def body(wire: str, texts: list[str]) -> bytes:
    """A request as the server expects it: `tei` (Text Embeddings Inference's) or `openai`."""
    if wire == "tei":
        return orjson.dumps({"inputs": texts, "truncate": True})
    return orjson.dumps({"input": texts, "model": "model"})


def vectors(wire: str, answer: bytes) -> NDArray[np.float32]:
    """The vectors of an answer, (texts, dimension)."""
    parsed: Any = orjson.loads(answer)
    if wire == "tei":
        return np.asarray(parsed, np.float32)
    in_order = sorted(parsed["data"], key=lambda one: one["index"])
    return np.asarray([one["embedding"] for one in in_order], np.float32)


def do(job: Job) -> Job:
    """Sends the texts of a job, `texts_a_call` a request, with `clients` requests under way at a time."""
    texts: list[str] = json.loads(Path(job["texts"]).read_text())
    size = job["texts_a_call"]
    requests = [body(job["wire"], texts[start : start + size]) for start in range(0, len(texts), size)]
    answers: dict[int, bytes] = {}
    once = bool(job["vectors"])
    seconds = send_all(job["url"], requests, job["clients"], answers, None if once else job["seconds"])
    received = {number: vectors(job["wire"], answer) for number, answer in sorted(answers.items())}
    if once:
        np.save(job["vectors"], np.concatenate(list(received.values())))
    done = sum(map(len, received.values()))
    expected = sum(len(texts[number % len(requests) * size :][:size]) for number in received)
    if done != expected:
        raise RunError(f"{expected} texts were sent, {done} vectors came back")
    return {"texts": done, "seconds": seconds}


def send_all(
    url: str, requests: list[bytes], clients: int, answers: dict[int, bytes], least_seconds: float | None
) -> float:
    """Sends the requests over and over until `least_seconds` are over, or once; fills in the answers, by number.

    Returns the seconds from the first request to the last answer. Raises `RunError` for an answer that is no success.
    """
    numbers = _numbers(len(requests), least_seconds)
    failures: list[str] = []
    lock = threading.Lock()

    def work(client: httpx.Client) -> None:
        while not failures:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            try:
                answer = client.post(url, content=requests[number % len(requests)], headers=HEADERS)
                answer.raise_for_status()
            except httpx.HTTPError as error:
                failures.append(str(error))
                return
            answers[number] = answer.content

    with ExitStack() as stack:
        # Before the clock starts: making a client takes longer than a short request.
        connections = [stack.enter_context(httpx.Client(timeout=REQUEST_SECONDS)) for _ in range(clients)]
        threads = [threading.Thread(target=work, args=[connection]) for connection in connections]
        started = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - started
    if failures:
        raise RunError(failures[0])
    return seconds


def _numbers(requests: int, least_seconds: float | None) -> Iterator[int]:
    if least_seconds is None:
        yield from range(requests)
        return
    end = time.perf_counter() + least_seconds
    for number in count():
        if time.perf_counter() >= end:
            return
        yield number


if __name__ == "__main__":
    send = private_output()
    send({})
    serve(send, do)
