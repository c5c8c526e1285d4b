"""What was measured of a set: how good each mode's rankings are, and how long a search takes."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean, median, quantiles
from typing import Any

from benchmarks.retrieval.metrics import ndcg, recall, reciprocal_rank
from benchmarks.retrieval.sets import RetrievalSet

BEST, ALL = 10, 100
"""Documents that nDCG and MRR look at, and that recall does."""


@dataclass(frozen=True)
class Quality:
    """Means over the queries of a set."""

    ndcg: float
    mrr: float
    recall: float


@dataclass(frozen=True)
class ModeResult:
    """Of one mode of search."""

    mode: str
    quality: Quality
    p50_ms: float
    p95_ms: float


@dataclass(frozen=True)
class SetResult:
    """Of one set."""

    name: str
    documents: int
    passages: int
    queries: int
    measured_at: str
    model: str
    modes: tuple[ModeResult, ...]

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "SetResult":
        """What `asdict` made of one."""
        modes = (ModeResult(**{**mode, "quality": Quality(**mode["quality"])}) for mode in value["modes"])
        return cls(**{**value, "modes": tuple(modes)})

    def mode(self, name: str) -> ModeResult | None:
        """What was measured of a mode; none if it was not."""
        return next((mode for mode in self.modes if mode.mode == name), None)


def quality(source: RetrievalSet, rankings: Mapping[str, Sequence[str]]) -> Quality:
    """The means over the queries; `rankings` has the documents of each, the best first."""
    judged = [(rankings[query], relevant) for query, relevant in source.relevant.items()]
    return Quality(
        ndcg=fmean(ndcg(ranking, relevant, BEST) for ranking, relevant in judged),
        mrr=fmean(reciprocal_rank(ranking, relevant, BEST) for ranking, relevant in judged),
        recall=fmean(recall(ranking, relevant, ALL) for ranking, relevant in judged),
    )


def of_mode(mode: str, found: Quality, seconds: Sequence[float]) -> ModeResult:
    """A mode's result, with the times of single searches."""
    milliseconds = [value * 1000 for value in seconds]
    p95 = quantiles(milliseconds, n=100, method="inclusive")[94] if len(milliseconds) > 1 else milliseconds[0]
    return ModeResult(mode, found, round(median(milliseconds), 2), round(p95, 2))


def load(path: Path) -> list[SetResult]:
    """The results in a file; none if there is no such file."""
    if not path.is_file():
        return []
    return [SetResult.from_json(value) for value in json.loads(path.read_text())["sets"]]


def save(path: Path, machine: Mapping[str, Any], results: Iterable[SetResult]) -> None:
    """Write the results into a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"machine": machine, "sets": [asdict(one) for one in results]}, indent=2) + "\n")


def together(before: Iterable[SetResult], now: Iterable[SetResult]) -> list[SetResult]:
    """All sets by name, those that were measured now as they are now."""
    return sorted({one.name: one for one in (*before, *now)}.values(), key=lambda one: one.name)
