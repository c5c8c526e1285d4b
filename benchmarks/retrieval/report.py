"""What was measured, on the terminal and as tables of the documentation."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from rich.console import Console
from rich.text import Text

from benchmarks.retrieval.fusions import Compared
from benchmarks.retrieval.results import ModeResult, SetResult
from bloomweaver.search.request import Mode
from cli.tables import print_rows

COLUMNS = ("mode", "nDCG@10", "MRR@10", "recall@100", "p50 ms", "p95 ms")
FUSIONS_SHOWN = 20


def print_sets(console: Console, results: Sequence[SetResult]) -> None:
    """Print a table for each set, and what hybrid gains over the better leg."""
    for result in results:
        rows = [[Text(cell) for cell in _row(mode)] for mode in result.modes]
        names = [COLUMNS[0], *(f"#{name}" for name in COLUMNS[1:])]
        print_rows(console, f"{result.name}: {_size(result)}", names, rows)
        if gain := _gain(result):
            said = f"nDCG@10 {gain.ndcg:+.4f}, recall@100 {gain.recall:+.4f}"
            console.print(f"hybrid over the better leg: {said}", soft_wrap=True)


def print_fusions(console: Console, compared: Sequence[Compared]) -> None:
    """Print the fusions whose worst gain over all sets is best."""
    for one in compared:
        legs = f"dense {one.dense.ndcg:.4f}, keyword {one.keyword.ndcg:.4f}"
        recalls = f"recall {one.dense.recall:.4f}, {one.keyword.recall:.4f}"
        console.print(f"{one.source}: nDCG {legs}; {recalls}", soft_wrap=True)
    names = sorted(compared[0].fused, key=lambda name: -min(one.gain(name) for one in compared))
    columns = ("fusion", *(f"#{one.source}" for one in compared), "#worst gain", "#worst recall")
    rows = [
        [
            Text(name),
            *(Text(f"{one.fused[name].ndcg:.4f}") for one in compared),
            Text(f"{min(one.gain(name) for one in compared):+.4f}"),
            Text(f"{min(one.recall_gain(name) for one in compared):+.4f}"),
        ]
        for name in names[:FUSIONS_SHOWN]
    ]
    print_rows(console, "Fusions, the best of all sets first", columns, rows)


def as_markdown(machine: Mapping[str, Any], results: Sequence[SetResult], plot: str) -> str:
    """The section of the documentation. `plot` is the path of the picture as the page links it."""
    models = ", ".join(sorted({result.model for result in results}))
    dates = sorted({result.measured_at[:10] for result in results})
    lines = [
        f"Measured on {' to '.join(dict.fromkeys((dates[0], dates[-1])))}: {machine['cpu']}, {machine['cores']} cores, "
        f"{machine['memory_mib'] / 1024:.0f} GiB, {machine['system']}, Python {machine['python']}; model {models}, "
        "vectors in LanceDB.",
        "",
        f"| set | {' | '.join(COLUMNS)} |",
        f"|---|---|{'---:|' * (len(COLUMNS) - 1)}",
    ]
    for result in results:
        for place, mode in enumerate(result.modes):
            name = f"{result.name}: {_size(result)}" if place == 0 else ""
            lines.append(f"| {name} | {' | '.join(_row(mode))} |")
    if gains := [(result.name, gain) for result in results if (gain := _gain(result))]:
        lines += ["", "| hybrid over the better leg | nDCG@10 | recall@100 |", "|---|---:|---:|"]
        lines += [f"| {name} | {gain.ndcg:+.4f} | {gain.recall:+.4f} |" for name, gain in gains]
    lines += ["", f"![nDCG@10 of each mode, by set]({plot})"]
    return "\n".join(lines)


def _size(result: SetResult) -> str:
    return f"{result.documents:,} documents, {result.passages:,} passages, {result.queries:,} queries"


def _row(mode: ModeResult) -> tuple[str, ...]:
    found = mode.quality
    return (
        mode.mode,
        *(f"{value:.4f}" for value in (found.ndcg, found.mrr, found.recall)),
        *(f"{value:.1f}" for value in (mode.p50_ms, mode.p95_ms)),
    )


class _Gain(NamedTuple):
    ndcg: float
    recall: float


def _gain(result: SetResult) -> _Gain | None:
    hybrid, *legs = (result.mode(mode) for mode in (Mode.HYBRID, Mode.DENSE, Mode.KEYWORD))
    alone = [leg.quality for leg in legs if leg is not None]
    if hybrid is None or not alone:
        return None
    ndcg = hybrid.quality.ndcg - max(leg.ndcg for leg in alone)
    recall = hybrid.quality.recall - max(leg.recall for leg in alone)
    return _Gain(ndcg, recall)
