"""A figure over the rounds: its median, lowest and highest."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Spread:
    """The values of one figure, one a round."""

    values: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.values:
            raise ValueError("a figure needs at least one value")

    @property
    def median(self) -> float:
        """The middle value."""
        return median(self.values)

    @property
    def lowest(self) -> float:
        """The lowest value."""
        return min(self.values)

    @property
    def highest(self) -> float:
        """The highest value."""
        return max(self.values)

    def as_json(self) -> dict[str, Any]:
        """For the results."""
        return {
            "median": _short(self.median),
            "min": _short(self.lowest),
            "max": _short(self.highest),
            "rounds": [_short(value) for value in self.values],
        }


def ratio(measured: Spread, other: Spread) -> Spread:
    """How many times as much, round by round: what slows the machine down in a round slows both."""
    return Spread(tuple(one / two for one, two in zip(measured.values, other.values, strict=True)))


def best(spreads: Sequence[Spread]) -> Spread:
    """The one with the highest median."""
    return max(spreads, key=lambda spread: spread.median)


def _short(value: float) -> float:
    return float(f"{value:.7g}")
