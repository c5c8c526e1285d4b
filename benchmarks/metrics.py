"""How long figures of now take: `python -m benchmarks.metrics`.

CloudWatch is filled with an hour in which every figure had something to say each minute. Then the summary is asked for:
made anew, with another length of time for each request, and as it is kept for a minute.
"""

import math
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles
from typing import Annotated, Any

import typer
from rich.console import Console

from benchmarks import figures
from benchmarks.errors import RunError
from benchmarks.figures import Figure
from benchmarks.running import open_api, running_stack
from bloomweaver.metrics.figures import Deployment, figures_of
from bloomweaver.metrics.ports import MetricQuery
from bloomweaver.models.dead_letter import DeadLetterQueue
from cli.client import Api, ApiError
from cli.output import plain
from local import aws
from local.config import STACK_NAME
from local.errors import StackError
from local.stack import StackDescriptor

MINUTES = 60
VALUES_OF_A_MINUTE = 30
"""Different ones of each metric, as of durations under load."""
DATA_OF_A_REQUEST = 200
P95_SECONDS = 0.5
TIMES = 40

console = Console(highlight=False)


def main(times: Annotated[int, typer.Option(min=10, max=MINUTES, help="How often each is asked.")] = TIMES) -> None:
    """Measure on this machine. Exits with 1 if it could not be done."""
    try:
        with running_stack(lambda line: console.print(plain(line))) as stack, open_api(stack.descriptor) as api:
            measured = [fill(stack.descriptor), *measure(api, times)]
    except (RunError, ApiError, StackError) as error:
        console.print("[bold red]The benchmark could not go on:[/bold red] ", plain(str(error)), sep="")
        raise typer.Exit(1) from error
    figures.print_table(console, measured)


def fill(descriptor: StackDescriptor) -> Figure:
    """Send an hour of every metric that figures are made of. Returns how many values that is."""
    cloudwatch = aws.client(descriptor.aws_endpoint_url, "cloudwatch")
    sent = 0
    by_namespace: dict[str, list[dict[str, Any]]] = {}
    for query in _metrics(descriptor):
        by_namespace.setdefault(query.namespace, []).extend(_an_hour_of(query))
    for namespace, data in by_namespace.items():
        for start in range(0, len(data), DATA_OF_A_REQUEST):
            cloudwatch.put_metric_data(Namespace=namespace, MetricData=data[start : start + DATA_OF_A_REQUEST])
        sent += sum(len(datum["Values"]) for datum in data)
    return Figure("values in CloudWatch", "", sent)


def measure(api: Api, times: int) -> list[Figure]:
    """Ask for the summary. Raises `ApiError`, and `RunError` where the values that were sent are not in it."""
    summary = api.metrics_summary(MINUTES)
    known = [figure for figure in summary.figures if figure.missing is None]
    if not any(len(figure.points) - figure.points.count(None) > MINUTES // 2 for figure in known):
        raise RunError("what was sent to CloudWatch is not in the figures")
    anew = _seconds(lambda place: api.metrics_summary(MINUTES - 1 - place), times)
    kept = _seconds(lambda _: api.metrics_summary(MINUTES), times)
    return [
        Figure("figures with a value", "", len(known)),
        *_of("summary of an hour at most, made anew", list(anew), P95_SECONDS * 1000),
        *_of("summary of an hour, as kept", list(kept), None),
    ]


def _of(what: str, seconds: list[float], target: float | None) -> list[Figure]:
    milliseconds = [value * 1000 for value in seconds]
    p95 = quantiles(milliseconds, n=100, method="inclusive")[94]
    return [Figure(f"{what}, median", "ms", median(milliseconds)), Figure(f"{what}, p95", "ms", p95, target)]


def _seconds(ask: Callable[[int], Any], times: int) -> Iterator[float]:
    for place in range(times):
        started = time.monotonic()
        ask(place)
        yield time.monotonic() - started


def _metrics(descriptor: StackDescriptor) -> list[MetricQuery]:
    """The metrics of the stack, each once."""
    outputs = descriptor.outputs
    deployment = Deployment(
        stack=STACK_NAME,
        stage="v1",
        queues={name: _name(outputs[f"{name.capitalize()}QueueUrl"]) for name in ("create", "update", "delete")},
        dead_letter_queues={name.value: _name(outputs[_DEAD_LETTERS[name]]) for name in DeadLetterQueue},
        fleet_group="",
    )
    queries = [query for figure in figures_of(deployment) for query in figure.queries]
    return list({(query.namespace, query.name, query.dimensions): query for query in queries}.values())


_DEAD_LETTERS = {
    DeadLetterQueue.PINECONE: "PineconeDLQUrl",
    DeadLetterQueue.S3: "S3DLQUrl",
    DeadLetterQueue.CREATE: "CreateDLQUrl",
    DeadLetterQueue.UPDATE: "UpdateDLQUrl",
    DeadLetterQueue.DELETE: "DeleteDLQUrl",
}


def _name(url: str) -> str:
    return url.rpartition("/")[2]


def _an_hour_of(query: MetricQuery) -> Iterator[dict[str, Any]]:
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    dimensions = [{"Name": name, "Value": value} for name, value in query.dimensions]
    for minute in range(1, MINUTES + 1):
        yield {
            "MetricName": query.name,
            "Dimensions": dimensions,
            "Timestamp": now - timedelta(minutes=minute),
            "Values": [10 * math.exp(value / 7) for value in range(VALUES_OF_A_MINUTE)],
        }


if __name__ == "__main__":
    typer.run(main)
