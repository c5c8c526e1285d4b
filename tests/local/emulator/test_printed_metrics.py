"""What functions print as metrics is in the emulator's CloudWatch, and nothing else that they print."""

import io
import json
import queue
from collections.abc import Iterator
from typing import Any

import pytest
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit
from ministack.core.lambda_runtime import ProvidedWorker

from local.emulator import printed_metrics
from local.emulator.printed_metrics import PrintedValue, values_of
from tests.local.emulator.mortal import copy_of


@pytest.fixture
def cloudwatch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A CloudWatch, with what functions print in it."""
    with copy_of("cloudwatch") as service:
        monkeypatch.setattr(ProvidedWorker, "_pump_output", ProvidedWorker._pump_output)
        printed_metrics.install()
        yield service


def printed(capsys: pytest.CaptureFixture[str], *metrics: tuple[str, MetricUnit, float]) -> bytes:
    """The line that a function prints for these metrics."""
    lines = EphemeralMetrics(namespace="Bloomweaver", service="stack")
    lines.add_dimension("RouteGroup", "search")
    for metric in metrics:
        lines.add_metric(*metric)
    lines.flush_metrics()
    return capsys.readouterr().out.encode()


def pump(output: bytes) -> list[str]:
    """Have a process print this. Returns the lines that its log has."""
    lines: queue.Queue[str] = queue.Queue()
    ProvidedWorker._pump_output(object.__new__(ProvidedWorker), io.BytesIO(output), lines)
    return [lines.get_nowait() for _ in range(lines.qsize())]


def test_a_line_has_each_value_of_each_metric(capsys: pytest.CaptureFixture[str]) -> None:
    line = printed(
        capsys, ("Tokens", MetricUnit.Count, 7), ("Tokens", MetricUnit.Count, 9), ("Fill", MetricUnit.Percent, 50)
    )
    dimensions = {"service": "stack", "RouteGroup": "search"}
    assert list(values_of(line)) == [
        PrintedValue("Bloomweaver", "Tokens", "Count", dimensions, 7.0),
        PrintedValue("Bloomweaver", "Tokens", "Count", dimensions, 9.0),
        PrintedValue("Bloomweaver", "Fill", "Percent", dimensions, 50.0),
    ]


DIRECTIVE = {"Namespace": "n", "Dimensions": [["d"]], "Metrics": [{"Name": "m"}]}


@pytest.mark.parametrize(
    "line",
    [
        '{"message": "a text with \\"_aws\\" in it"}',
        '"_aws"',
        '["_aws"]',
        '{"_aws": ',
        '{"_aws": null}',
        '{"_aws": {}}',
        '{"_aws": {"CloudWatchMetrics": 3}}',
        '{"_aws": {"CloudWatchMetrics": [{"Namespace": "n"}]}}',
        json.dumps({"_aws": {"CloudWatchMetrics": [DIRECTIVE]}, "d": "x"}),
        json.dumps({"_aws": {"CloudWatchMetrics": [DIRECTIVE]}, "m": 1}),
        json.dumps({"_aws": {"CloudWatchMetrics": [DIRECTIVE]}, "d": "x", "m": "many"}),
        json.dumps({"_aws": {"CloudWatchMetrics": [DIRECTIVE]}, "d": "x", "m": [1, None]}),
    ],
)
def test_a_line_that_is_not_in_the_format_has_none(line: str) -> None:
    assert list(values_of(line.encode())) == []


def test_what_a_function_prints_is_counted_and_is_in_its_log_as_it_was(
    cloudwatch: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    line = printed(capsys, ("Requests", MetricUnit.Count, 2))
    output = b"before\n" + line + b'{"_aws": broken\n' + line + b"\xff after\n"
    assert pump(output) == output.decode(errors="replace").splitlines()
    [((namespace, name, dimensions), points)] = cloudwatch._metrics.items()
    assert (namespace, name, dimensions) == ("Bloomweaver", "Requests", "RouteGroup=search|service=stack")
    assert [point["Value"] for point in points] == [2.0, 2.0]


@pytest.mark.parametrize("milliseconds", [0.0, 0.4, 3.0, 87.3, 29_000.0])
def test_a_duration_is_kept_to_one_part_in_a_hundred(
    cloudwatch: Any, capsys: pytest.CaptureFixture[str], milliseconds: float
) -> None:
    pump(printed(capsys, ("Took", MetricUnit.Milliseconds, milliseconds)))
    [(_, [point])] = cloudwatch._metrics.items()
    assert point["Value"] == pytest.approx(milliseconds, rel=0.0101)
