"""What a run found out: each system over the rounds, and the figures that were asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.embedding.measure import CLIENTS_MIXED, Measured
from benchmarks.embedding.quality import Quality
from benchmarks.embedding.spread import Spread, best
from benchmarks.errors import RunError


@dataclass(frozen=True)
class SystemResult:
    """One system over the rounds."""

    name: str
    server: bool
    speeds: Mapping[str, Spread]
    """Texts a second, by what was sent."""
    start_seconds: Spread
    peak_memory_mib: Spread
    quality: Quality

    @property
    def long(self) -> Spread:
        """Texts of 256 tokens a second; of a server with the number of clients that suits it best."""
        if not self.server:
            return self.speeds["long"]
        return best([spread for name, spread in self.speeds.items() if name.startswith("long")])

    @property
    def mixed(self) -> Spread:
        """Texts of 8 to 300 words a second."""
        return self.speeds["mixed" if not self.server else f"mixed, {CLIENTS_MIXED} clients"]

    def as_json(self) -> dict[str, Any]:
        """For the results."""
        return {
            "name": self.name,
            "over_http": self.server,
            "texts_per_second": {name: spread.as_json() for name, spread in self.speeds.items()},
            "start_to_first_vector_seconds": self.start_seconds.as_json(),
            "peak_memory_mib": self.peak_memory_mib.as_json(),
            "against_reference": self.quality.as_json(),
        }


def over_rounds(name: str, server: bool, rounds: Sequence[Measured], quality: Quality) -> SystemResult:
    """A system's result from what was measured in each round."""
    return SystemResult(
        name=name,
        server=server,
        speeds={
            what: Spread(tuple(one.texts_per_second[what] for one in rounds)) for what in rounds[0].texts_per_second
        },
        start_seconds=Spread(tuple(one.start_seconds for one in rounds)),
        peak_memory_mib=Spread(tuple(one.peak_memory_mib for one in rounds)),
        quality=quality,
    )


def named(systems: Sequence[SystemResult], name: str) -> SystemResult:
    """The system of that name. Raises `RunError`."""
    for system in systems:
        if system.name == name:
            return system
    raise RunError(f"{name} was not measured")
