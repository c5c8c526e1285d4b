"""How long looking at runs takes: `python -m benchmarks.runs`.

A run with a history of 5,000 events is made by a definition of its own, which takes the place of CREATE's meanwhile.
"""

import json
import math
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Annotated, Any

import typer
from rich.console import Console

from benchmarks import figures
from benchmarks.errors import RunError
from benchmarks.figures import Figure
from benchmarks.running import open_api, running_stack
from bloomweaver.models.run import RunStatus, StateMachine
from cli.client import Api, ApiError
from cli.output import plain
from local import aws
from local.errors import StackError
from local.stack import StackDescriptor

EVENTS = 5_000
EVENTS_OF_AN_ITERATION = 4
EVENTS_AROUND = 6
"""The execution's first and last one, and those of the Map itself."""
FIRST_PAGE_SECONDS = 0.3
TIMES = 20
PAUSE_SECONDS = 0.2
RUN_SECONDS = 300.0

console = Console(highlight=False)


def main(times: Annotated[int, typer.Option(min=3, help="How often each is asked.")] = TIMES) -> None:
    """Measure on this machine. Exits with 1 if it could not be done."""
    try:
        with running_stack(lambda line: console.print(plain(line))) as stack, open_api(stack.descriptor) as api:
            measured = measure(api, stack.descriptor, times)
    except (RunError, ApiError, StackError) as error:
        console.print("[bold red]The benchmark could not go on:[/bold red] ", plain(str(error)), sep="")
        raise typer.Exit(1) from error
    figures.print_table(console, measured)


def measure(api: Api, descriptor: StackDescriptor, times: int) -> list[Figure]:
    """Make the run, and ask for it. Raises `RunError`, and `ApiError`."""
    name = f"long-{uuid.uuid4()}"
    items = math.ceil((EVENTS - EVENTS_AROUND) / EVENTS_OF_AN_ITERATION)
    with _definition_of(descriptor, _one_map()) as machine:
        _run(descriptor, machine, name, {"items": list(range(items))})
    id_ = f"{StateMachine.CREATE}-{name}"
    read, pages = 0, 0
    cursor: str | None = None
    started = time.monotonic()
    while True:
        page = api.run(id_, limit=1000, cursor=cursor)
        read, pages, cursor = read + len(page.states), pages + 1, page.next_cursor
        if cursor is None:
            break
    whole = time.monotonic() - started
    _wait(lambda: any(run.id == id_ for run in api.runs(status=RunStatus.SUCCEEDED).runs), "the run is listed")
    asked: dict[str, Callable[[], Any]] = {
        "first page of the run, 200 events": lambda: api.run(id_),
        "first page of the run, 1,000 events": lambda: api.run(id_, limit=1000),
        "graph of the run": lambda: api.run_graph(id_),
        "list of runs, 50": lambda: api.runs(limit=50),
    }
    limits = {"first page of the run, 200 events": FIRST_PAGE_SECONDS * 1000}
    return [
        Figure("states of the run", "", read),
        Figure(f"all of the run, {pages} pages", "s", whole),
        *(
            Figure(f"{what}, median", "ms", median(_milliseconds(ask, times)), limits.get(what))
            for what, ask in asked.items()
        ),
    ]


def _milliseconds(ask: Callable[[], Any], times: int) -> Iterator[float]:
    ask()  # a process that starts takes longer
    for _ in range(times):
        started = time.monotonic()
        ask()
        yield (time.monotonic() - started) * 1000


def _one_map() -> str:
    inner = {"StartAt": "EmbedBatch", "States": {"EmbedBatch": {"Type": "Pass", "End": True}}}
    many = {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 4, "ItemProcessor": inner, "End": True}
    return json.dumps({"StartAt": "Embed", "States": {"Embed": many}})


@contextmanager
def _definition_of(descriptor: StackDescriptor, definition: str) -> Iterator[str]:
    """Have CREATE's state machine run another definition. Gives its ARN."""
    client, arn = aws.client(descriptor.aws_endpoint_url, "stepfunctions"), descriptor.outputs["CreateStateMachineArn"]
    before = client.describe_state_machine(stateMachineArn=arn)["definition"]
    client.update_state_machine(stateMachineArn=arn, definition=definition)
    try:
        yield arn
    finally:
        client.update_state_machine(stateMachineArn=arn, definition=before)


def _run(descriptor: StackDescriptor, machine: str, name: str, given: dict[str, Any]) -> None:
    client = aws.client(descriptor.aws_endpoint_url, "stepfunctions")
    arn = client.start_execution(stateMachineArn=machine, name=name, input=json.dumps(given))["executionArn"]
    _wait(lambda: client.describe_execution(executionArn=arn)["status"] == "SUCCEEDED", "the run has ended")


def _wait(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + RUN_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise RunError(f"after {RUN_SECONDS:.0f} s still not so: {what}")
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    typer.run(main)
