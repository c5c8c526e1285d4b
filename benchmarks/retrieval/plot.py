"""The picture: nDCG@10 of each mode, a group of bars for each set."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure as Picture

from benchmarks.retrieval.modes import RERANKED
from benchmarks.retrieval.results import SetResult
from bloomweaver.search.request import Mode

COLOURS = {Mode.DENSE: "#9aa5b1", Mode.KEYWORD: "#c9b458", Mode.HYBRID: "#1b6ca8", RERANKED: "#0b3c5d"}
HEIGHT_A_BAR = 0.22


def write_plot(path: Path, results: Sequence[SetResult]) -> None:
    """Writes a PNG. A longer bar is better."""
    modes = [name for name in COLOURS if any(result.mode(name) for result in results)]
    picture = Picture(figsize=(8, 1.2 + len(results) * (len(modes) + 1) * HEIGHT_A_BAR), layout="constrained")
    ax = picture.subplots()
    for place, name in enumerate(modes):
        measured = [(group, mode.quality.ndcg) for group, one in enumerate(results) if (mode := one.mode(name))]
        places = [group + (place - (len(modes) - 1) / 2) / (len(modes) + 1) for group, _ in measured]
        values = [value for _, value in measured]
        bars = ax.barh(places, values, 1 / (len(modes) + 1), color=COLOURS[name], label=name)
        ax.bar_label(bars, [f"{value:.3f}" for value in values], padding=3, fontsize=8)
    ax.set_yticks(range(len(results)), [result.name for result in results])
    ax.invert_yaxis()
    ax.set_xlabel("nDCG@10 (more is better)")
    ax.margins(x=0.1)
    ax.spines[["top", "right"]].set_visible(False)
    picture.legend(loc="outside upper right", ncols=len(modes), frameon=False, fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.savefig(path, dpi=110)
