"""The figures that were asked for, each with what was measured and whether that is enough."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.embedding.results import SystemResult, named
from benchmarks.embedding.spread import Spread, best, ratio
from benchmarks.embedding.systems import ENGINE, NAIVE, REFERENCE, SERVICE
from benchmarks.figures import Figure, number


@dataclass(frozen=True)
class Target:
    """A figure over the rounds, and the value that its median is meant to reach."""

    name: str
    unit: str
    measured: Spread
    asked: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the median reaches it."""
        median = self.measured.median
        return median >= self.asked if self.at_least else median <= self.asked

    def row(self) -> tuple[str, str, str, str]:
        """Figure, asked, measured (median, lowest to highest), met."""
        unit = self.unit and f" {self.unit}"
        spread = self.measured
        around = f" ({_digits(spread.lowest)} .. {_digits(spread.highest)})" if len(spread.values) > 1 else ""
        bound = f"{'>=' if self.at_least else '<='} {number(self.asked) if self.asked >= 2 else f'{self.asked:g}'}"
        return self.name, bound + unit, f"{_digits(spread.median)}{unit}{around}", "met" if self.met else "MISSED"

    def as_json(self) -> dict[str, Any]:
        """For the results."""
        return {
            "figure": self.name,
            "unit": self.unit,
            "asked": self.asked,
            "at_least": self.at_least,
            "measured": self.measured.as_json(),
            "met": self.met,
        }


def throughput_targets(systems: Sequence[SystemResult]) -> list[Target]:
    """Those of speed, start, memory and quality. Raises `RunError` if a system that they need was not measured."""
    service, engine = named(systems, SERVICE), named(systems, ENGINE)
    infinity = best([system.long for system in systems if system.name.startswith("infinity")])
    return [
        _at_least("32 texts of 256 tokens a request, against naive FastAPI", service, named(systems, NAIVE).long, 4.0),
        _at_least("the same against infinity at its best", service, infinity, 2.0),
        _at_least("over HTTP against the engine in process", service, engine.long, 0.95),
        Target(
            "mixed lengths in process, against sentence-transformers",
            "times",
            ratio(engine.mixed, named(systems, REFERENCE).mixed),
            6.0,
            at_least=True,
        ),
        Target("process start to first vector over HTTP", "s", service.start_seconds, 1.0),
        Target("peak memory of the service", "MiB", service.peak_memory_mib, 500.0),
        Target(
            "worst cosine to sentence-transformers fp32",
            "",
            Spread((engine.quality.cosine_worst,)),
            0.9999,
            at_least=True,
        ),
    ]


def latency_targets(rounds: Sequence[Sequence[Figure]]) -> list[Target]:
    """Those of short queries: every figure with a target, from the same figures in each round."""
    return [
        Target(
            f"short queries: {same[0].name}",
            same[0].unit or "times",
            Spread(tuple(one.value for one in same)),
            same[0].target,
            same[0].at_least,
        )
        for same in zip(*rounds, strict=True)
        if same[0].target is not None
    ]


def _at_least(name: str, service: SystemResult, other: Spread, asked: float) -> Target:
    return Target(name, "times", ratio(service.long, other), asked, at_least=True)


def _digits(value: float) -> str:
    """As many digits as tell values near 1 apart: a cosine of 0.99996 is not 1."""
    return f"{value:.5f}" if 0.99 <= value < 1 else number(value)
