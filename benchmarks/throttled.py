"""A new AWS account on one machine: `python -m benchmarks.throttled` has ten invocations at a time for the whole stack.

It starts a stack of its own in a temporary directory, deployed for an account of that size, sends small documents
while it searches all the time, and waits until all are done. With `--closed` Lambda runs nothing at all for so many
seconds in the midst of it. It exits with 1 if a document did not end `indexed`, or a search was not answered (while
nothing runs, none can be).
"""

import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks import figures
from benchmarks.errors import RunError
from benchmarks.figures import Figure
from benchmarks.measurements import CLIENTS, small_documents
from benchmarks.running import open_api
from bloomweaver.models.record import Status
from cli.client import Api, ApiError
from cli.output import plain
from cli.parallel import in_parallel
from cli.waiting import wait_until_settled
from local import stack
from local.config import StackConfig
from local.emulator.lambda_places import Places
from local.errors import StackError

ACCOUNT = 10
"""Invocations at a time in a new account."""
DOCUMENTS = 300
DONE_SECONDS = 2700.0
SEARCHES_PER_SECOND = 1.0
CLOSED_AFTER = 0.3
"""Of the documents: when so many are sent, Lambda closes."""

console = Console(highlight=False)


class Searches:
    """Searches all the time in a thread of its own, and counts the answers."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="searches")
        self.closed = threading.Event()
        """Set while Lambda runs nothing, and nobody can be answered."""
        self.answered = 0
        self.unanswered = 0
        self.longest = 0.0

    def __enter__(self) -> "Searches":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(1 / SEARCHES_PER_SECOND):
            was_closed = self.closed.is_set()
            began = time.monotonic()
            try:
                self._api.search("amber harbour", top_k=5)
            except ApiError as error:
                if not was_closed and not self.closed.is_set():
                    self.unanswered += 1
                    console.print("a search was not answered: ", plain(str(error)), sep="")
                continue
            self.answered += 1
            if not was_closed and not self.closed.is_set():
                self.longest = max(self.longest, time.monotonic() - began)


def main(
    documents: Annotated[int, typer.Option(min=1, help="How many documents are sent.")] = DOCUMENTS,
    places: Annotated[int, typer.Option(min=4, help="Invocations at a time, for the whole stack.")] = ACCOUNT,
    closed: Annotated[float, typer.Option(min=0, help="Seconds in which Lambda runs nothing at all.")] = 0.0,
) -> None:
    """Show that a small account indexes everything. Exits with 1 if it did not, or a search was not answered."""
    try:
        with _small_account(places) as (api, held):
            measured = measure(api, held, documents, places, closed)
    except (RunError, ApiError, StackError) as error:
        console.print("[bold red]It could not go on:[/bold red] ", plain(str(error)), sep="")
        raise typer.Exit(1) from error
    figures.print_table(console, measured)
    if not all(figure.met in (True, None) for figure in measured):
        raise typer.Exit(1)


def measure(api: Api, held: Places, documents: int, places: int, closed: float) -> list[Figure]:
    """Send the documents and wait for them, searching all the time. Raises `ApiError`."""
    bodies = [body for body, _ in small_documents("throttled", documents)]
    began = time.monotonic()
    with Searches(api) as searches:
        first = max(1, int(CLOSED_AFTER * documents)) if closed else documents
        versions = _send(api, bodies[:first])
        if closed:
            searches.closed.set()
            held.limit(0)
            time.sleep(closed)
            held.limit(places)
            searches.closed.clear()
            versions |= _send(api, bodies[first:])
        settlement = wait_until_settled(api, versions, DONE_SECONDS)
        seconds = time.monotonic() - began
    statuses = Counter(document.status for document in settlement.ended)
    for document in [one for one in settlement.ended if one.status is not Status.INDEXED][:3]:
        console.print(plain(f"{document.doc_hash}: {document.status}, {document.error}"))
    return [
        Figure("invocations at a time, at most", "", places),
        Figure("documents sent", "", documents),
        Figure("documents indexed", "", statuses[Status.INDEXED], documents, at_least=True),
        Figure("documents failed", "", statuses[Status.FAILED], 0),
        Figure("documents partial", "", statuses[Status.PARTIAL], 0),
        Figure("first POST to last document indexed", "s", seconds),
        Figure("invocations refused", "", held.refused()),
        Figure("searches answered", "", searches.answered, 1, at_least=True),
        Figure("searches not answered", "", searches.unanswered, 0),
        Figure("the longest wait for an answer", "s", searches.longest),
    ]


def _send(api: Api, bodies: list[dict[str, object]]) -> dict[str, int]:
    with in_parallel(api.submit, bodies, CLIENTS) as answers:
        return {answer.doc_hash: answer.version for answer in answers}


@contextmanager
def _small_account(places: int) -> Iterator[tuple[Api, Places]]:
    """A stack of its own that is deployed for such an account, and has so many places once it is up."""
    with tempfile.TemporaryDirectory(prefix="throttled-") as directory:
        config = StackConfig(
            directory=Path(directory), aws_port=0, embedding_port=0, parameters={"AccountConcurrency": str(ACCOUNT)}
        )
        held = Places(config.directory)
        descriptor = stack.up(config, lambda line: console.print(plain(line)))
        try:
            held.limit(places)
            with open_api(descriptor) as api:
                yield api, held
        finally:
            held.limit(None)
            stack.down(config, lambda line: console.print(plain(line)))


if __name__ == "__main__":
    typer.run(main)
