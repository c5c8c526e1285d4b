"""What waiting for many documents costs: `python -m benchmarks.waiting`, on a stack of its own.

The demo's documents are sent and waited for in turns: by asking about each until it is done, as `ingest --wait` did
once, and by live messages, as it does.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from websockets.frames import Frame, Opcode

from benchmarks import figures
from benchmarks.corpus import CorpusDocument, stdlib_documents
from benchmarks.errors import RunError
from benchmarks.figures import Figure
from bloomweaver.models.record import Status
from cli.answers import Accepted
from cli.client import Api, ApiError
from cli.live.settling import Awaited
from cli.live.settling import wait_until_settled as wait_until_told
from cli.output import plain
from cli.parallel import in_parallel
from cli.waiting import wait_until_settled as wait_by_asking
from local import stack
from local.config import StackConfig
from local.errors import StackError
from local.stack import StackDescriptor

ROUNDS = 3
AT_A_TIME = 4
"""As `ingest` has it."""
WAIT_SECONDS = 300.0
REQUESTS_RATIO = 10.0
SECONDS_RATIO = 1.03
"""No slower, as far as medians of a few rounds on a machine of two cores can tell."""

console = Console(highlight=False)


class CountingApi(Api):
    """Counts what it asks, each time that it does."""

    def __init__(self, descriptor: StackDescriptor) -> None:
        super().__init__(descriptor.api_url, token=descriptor.token)
        self.requests = 0
        self._counting = threading.Lock()

    def _once(self, method: str, url: str, **request: Any) -> httpx.Response:
        with self._counting:
            self.requests += 1
        return super()._once(method, url, **request)


class Texts(logging.Handler):
    """Counts the texts that go over WebSockets: the package logs each frame."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.sent = 0
        self.came = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Count what is a text."""
        match record.msg, record.args:
            case "> %s", (Frame(opcode=Opcode.TEXT),):
                self.sent += 1
            case "< %s", (Frame(opcode=Opcode.TEXT),):
                self.came += 1


@contextmanager
def counted_texts() -> Iterator[Texts]:
    """Count while the block runs."""
    logger, counter = logging.getLogger("websockets.client"), Texts()
    logger.addHandler(counter)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    try:
        yield counter
    finally:
        logger.removeHandler(counter)
        logger.setLevel(logging.NOTSET)


@dataclass(frozen=True)
class Round:
    """What one way took for all documents, from the first that was sent to the end of the wait."""

    seconds: float
    asked: int
    """Requests beside those that send the documents."""
    sent: int
    """Messages over a connection, to the API."""
    came: int
    """The same, from there."""


def main(rounds: Annotated[int, typer.Option(min=1, help="Of each way.")] = ROUNDS) -> None:
    """Measure both ways on this machine. Exits with 1 if it could not be done."""
    # As on Ctrl-C: the stack is stopped, and not left behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    by_asking, by_messages = list[Round](), list[Round]()
    try:
        with TemporaryDirectory() as folder:
            config = StackConfig(Path(folder), aws_port=0, embedding_port=0)
            descriptor = stack.up(config, lambda line: console.print(plain(line)))
            try:
                corpus = stdlib_documents()
                for number in range(rounds):
                    by_asking.append(_round(descriptor, corpus, f"asked-{number}", _asking))
                    by_messages.append(_round(descriptor, corpus, f"told-{number}", _listening))
            finally:
                stack.down(config, lambda line: console.print(plain(line)))
    except (RunError, ApiError, StackError) as error:
        console.print("[bold red]The benchmark could not go on:[/bold red] ", plain(str(error)), sep="")
        raise typer.Exit(1) from error
    figures.print_table(console, _figures(len(corpus), by_asking, by_messages))


Send = Callable[[], list[Accepted]]
Way = Callable[[Api, Send], int]
"""Sends, waits, and returns how many documents are indexed."""


def _asking(api: Api, send: Send) -> int:
    accepted = send()
    wait = partial(_wait_for_one, api, time.monotonic() + WAIT_SECONDS)
    with in_parallel(wait, accepted, AT_A_TIME) as statuses:
        return list(statuses).count(Status.INDEXED)


def _wait_for_one(api: Api, deadline: float, accepted: Accepted) -> Status | None:
    left = max(0.0, deadline - time.monotonic())
    ended = wait_by_asking(api, {accepted.doc_hash: accepted.version}, left).ended
    return ended[0].status if ended else None


def _listening(api: Api, send: Send) -> int:
    cursor = api.changes().cursor
    awaited = [Awaited(each.doc_hash, each.version, Status.QUEUED) for each in send()]
    settlement = wait_until_told(api, awaited, WAIT_SECONDS, cursor=cursor, topic="documents", threads=AT_A_TIME)
    return settlement.counts().get(Status.INDEXED, 0)


def _round(descriptor: StackDescriptor, corpus: Sequence[CorpusDocument], name: str, way: Way) -> Round:
    bodies = [{**document.body(), "doc_hash": f"{name}-{document.doc_hash}"} for document in corpus]
    with CountingApi(descriptor) as api, counted_texts() as texts:

        def send() -> list[Accepted]:
            with in_parallel(api.submit, bodies, AT_A_TIME) as answers:
                return list(answers)

        started = time.monotonic()
        indexed = way(api, send)
        seconds = time.monotonic() - started
        asked = api.requests - len(bodies)
    if indexed != len(bodies):
        raise RunError(f"{len(bodies) - indexed} documents of {name} were not indexed in time")
    measured = Round(seconds, asked, texts.sent, texts.came)
    console.print(plain(f"{name}: {seconds:.1f} s, {asked} requests, {texts.sent} messages sent, {texts.came} came"))
    return measured


def _figures(documents: int, by_asking: Sequence[Round], by_messages: Sequence[Round]) -> list[Figure]:
    seconds_asking, seconds_told = (median(each.seconds for each in way) for way in (by_asking, by_messages))
    asked, told = (median(each.asked + each.sent for each in way) for way in (by_asking, by_messages))
    return [
        Figure("documents of a round", "", documents),
        Figure("sent and waited for by asking, median", "s", seconds_asking),
        Figure("sent and waited for by messages, median", "s", seconds_told),
        Figure("of the time by asking", "", seconds_told / seconds_asking, SECONDS_RATIO),
        Figure("requests to wait by asking, median", "", asked),
        Figure("requests, and messages sent, to wait by messages, median", "", told),
        Figure("messages that came meanwhile, median", "", median(each.came for each in by_messages)),
        Figure("times fewer requests and messages", "", asked / told, REQUESTS_RATIO, at_least=True),
    ]


if __name__ == "__main__":
    typer.run(main)
