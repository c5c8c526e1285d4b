"""How long a redrive of many dead letters takes: `python -m benchmarks.redrive`.

One branch is made to refuse every write while small documents are sent, so that each leaves a dead letter. Then the
branch works again, and the letters are redriven in one call. Measured is from that call to the last execution's end.
"""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console

from benchmarks import figures
from benchmarks.errors import RunError
from benchmarks.figures import Figure
from benchmarks.measurements import CLIENTS, CORPUS_SECONDS, remove, small_documents, watched_memory
from benchmarks.running import open_api, running_stack
from bloomweaver.models.record import Branch, Status
from cli.client import Api, ApiError
from cli.output import plain
from cli.parallel import in_parallel
from cli.waiting import wait_until_settled
from local import aws
from local.errors import StackError
from local.stack import StackDescriptor

LETTERS = 200
SECONDS_AT_MOST = 30.0
REDRIVE_SECONDS = 600.0
POLL_SECONDS = 0.1

_REFUSAL = {
    Branch.PINECONE: ("pinecone_writer", {"VECTOR_DIMENSION": "1"}),
    Branch.S3: ("s3_writer", {"BACKUPS_BUCKET": "no-such-bucket"}),
}
"""The environment in which a branch's function refuses every write for good, by branch."""

console = Console(highlight=False)


def main(
    branch: Annotated[Branch, typer.Option(help="The branch whose letters are redriven.")] = Branch.PINECONE,
    letters: Annotated[int, typer.Option(min=1, max=200, help="How many dead letters.")] = LETTERS,
) -> None:
    """Measure a redrive on this machine. Exits with 1 if it could not be done."""
    try:
        with running_stack(lambda line: console.print(plain(line))) as stack, open_api(stack.descriptor) as api:
            measured = measure(api, stack.descriptor, branch, letters)
    except (RunError, ApiError, StackError) as error:
        console.print("[bold red]The benchmark could not go on:[/bold red] ", plain(str(error)), sep="")
        raise typer.Exit(1) from error
    figures.print_table(console, measured)


def measure(api: Api, descriptor: StackDescriptor, branch: Branch, letters: int) -> list[Figure]:
    """Make the letters, redrive them, and remove the documents. Raises `RunError`, and `ApiError`."""
    depth = api.dead_letters(branch.value, limit=1).queues[0]
    if depth.visible or depth.in_flight:
        raise RunError(f"letters lie in the queue '{branch}' already, which would be redriven too")
    bodies = [body for body, _ in small_documents("redrive", letters)]
    versions = _dead_letter(api, descriptor, branch, bodies)
    console.print(f"{len(versions)} documents left a dead letter")
    with watched_memory(descriptor.processes) as memory:
        started = time.monotonic()
        redriven = api.redrive(branch.value)
        answered = time.monotonic() - started
        outcomes = _await_end(api, redriven.executions)
        seconds = time.monotonic() - started
    if redriven.redriven != letters or outcomes != {"mended": letters}:
        raise RunError(f"of {letters} letters {redriven.redriven} were redriven; outcomes: {outcomes}")
    settlement = wait_until_settled(api, versions, REDRIVE_SECONDS)
    not_mended = [document.doc_hash for document in settlement.ended if document.status is not Status.INDEXED]
    if not_mended:
        raise RunError(f"{len(not_mended)} documents were not mended, the first is {not_mended[0]}")
    remove(api, list(versions))
    return [
        Figure(f"dead letters of '{branch}' redriven", "", letters),
        Figure("answer to the redrive", "s", answered),
        Figure("redrive to the last letter mended", "s", seconds, SECONDS_AT_MOST * letters / LETTERS),
        Figure("letters per second", "1/s", letters / seconds),
        *figures.of_memory(memory.highest_mib),
    ]


def _dead_letter(api: Api, descriptor: StackDescriptor, branch: Branch, bodies: list[dict[str, Any]]) -> dict[str, int]:
    """Send the documents while the branch refuses them. Returns their versions."""
    remove(api, [body["doc_hash"] for body in bodies])
    with _refusing(descriptor, branch):
        with in_parallel(api.submit, bodies, CLIENTS) as answers:
            versions = {answer.doc_hash: answer.version for answer in answers}
        settlement = wait_until_settled(api, versions, CORPUS_SECONDS)
    statuses = Counter(document.status for document in settlement.ended)
    if settlement.pending or statuses != {Status.PARTIAL: len(bodies)}:
        raise RunError(f"not every document left a dead letter: {dict(statuses)}, {len(settlement.pending)} pending")
    return versions


def _await_end(api: Api, names: list[str]) -> dict[str, int]:
    """The outcomes of the executions, once all have ended."""
    deadline = time.monotonic() + REDRIVE_SECONDS
    outcomes: Counter[str] = Counter()
    for name in names:
        while (run := api.redrive_run(name)).status == "running":
            if time.monotonic() > deadline:
                raise RunError(f"{name} has not ended after {REDRIVE_SECONDS:.0f} s")
            time.sleep(POLL_SECONDS)
        if run.error is not None:
            raise RunError(f"{name} is {run.status}: {run.error.message}")
        outcomes.update(run.outcomes)
    return dict(outcomes)


@contextmanager
def _refusing(descriptor: StackDescriptor, branch: Branch) -> Iterator[None]:
    """Have the branch's function refuse every write while the block runs."""
    function, variables = _REFUSAL[branch]
    client = aws.client(descriptor.aws_endpoint_url, "lambda")
    found = (one for page in client.get_paginator("list_functions").paginate() for one in page["Functions"])
    configuration = next(one for one in found if one["Handler"] == f"{function}.handler.handler")
    name, environment = configuration["FunctionName"], configuration["Environment"]["Variables"]
    client.update_function_configuration(FunctionName=name, Environment={"Variables": environment | variables})
    try:
        yield
    finally:
        client.update_function_configuration(FunctionName=name, Environment={"Variables": environment})


if __name__ == "__main__":
    typer.run(main)
