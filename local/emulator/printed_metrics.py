"""The metrics that functions print, in the emulator's CloudWatch.

On AWS CloudWatch takes them out of the functions' logs: lines of JSON in the [embedded metric format](
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
MiniStack keeps such lines as any other. `install` has it look for them where it reads what a function's process prints,
as it comes: a search for a few bytes in each line, and no request. It relies on functions of exactly the version in the
requirements.
"""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

MARK = b'"_aws"'
COARSE = 1.02
"""Durations are kept to one part in a hundred, so that a minute has few different ones. Percentiles need no more."""


@dataclass(frozen=True)
class PrintedValue:
    """A value of a metric."""

    namespace: str
    name: str
    unit: str
    dimensions: dict[str, str]
    value: float


def install() -> None:
    """Have MiniStack take metrics out of what functions print."""
    from ministack.core import lambda_runtime
    from ministack.services import cloudwatch

    pump: Callable[..., None] = lambda_runtime.ProvidedWorker._pump_output

    def take(line: bytes) -> None:
        for each in values_of(line):
            value = _coarse(each.value) if each.unit == "Milliseconds" else each.value
            cloudwatch.record_metric(each.namespace, each.name, value, each.unit, each.dimensions)

    def pump_and_take(worker: Any, stream: Any, *more: Any) -> None:
        pump(worker, _Taken(stream, take), *more)

    lambda_runtime.ProvidedWorker._pump_output = pump_and_take


class _Taken:
    """A process's output, of which each line that may have metrics is shown to `take` when it is read."""

    def __init__(self, stream: Any, take: Callable[[bytes], None]) -> None:
        self._stream = stream
        self._take = take

    def readline(self) -> bytes:
        line: bytes = self._stream.readline()
        if MARK in line:
            self._take(line)
        return line

    def close(self) -> None:
        self._stream.close()


def values_of(line: bytes) -> Iterator[PrintedValue]:
    """The values in a line of output. One that is not in the format has none, as on AWS."""
    try:
        printed = json.loads(line)
        yield from list(_values(printed))
    except (ValueError, KeyError, TypeError, AttributeError):
        return


def _values(printed: Any) -> Iterator[PrintedValue]:
    for directive in printed["_aws"]["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            dimensions = {name: str(printed[name]) for name in names}
            for metric in directive["Metrics"]:
                values = printed[metric["Name"]]
                for value in values if isinstance(values, list) else [values]:
                    unit = metric.get("Unit", "None")
                    yield PrintedValue(directive["Namespace"], metric["Name"], unit, dimensions, float(value))


def _coarse(value: float) -> float:
    return float(COARSE ** round(math.log(value, COARSE))) if value > 0 else value
