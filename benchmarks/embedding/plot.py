"""The picture: texts a second of every system, long and mixed, side by side."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure as Picture

from benchmarks.embedding.results import SystemResult

OURS, OTHERS = "#1b6ca8", "#9aa5b1"
HEIGHT_A_SYSTEM = 0.42
GAP = 0.7
"""Between the servers and the libraries."""


def write_plot(path: Path, systems: Sequence[SystemResult]) -> None:
    """Writes a PNG: a bar is a median, its whisker reaches from the lowest to the highest round. Servers
    stand above libraries."""
    picture = Picture(figsize=(11, 1.6 + HEIGHT_A_SYSTEM * len(systems)), layout="constrained")
    axes = picture.subplots(1, 2, sharey=True)
    places = [place + (0 if system.server else GAP) for place, system in enumerate(systems)]
    colours = [OURS if system.name.startswith("bloomweaver") else OTHERS for system in systems]
    for ax, title, spreads in (
        (axes[0], "256-token texts", [system.long for system in systems]),
        (axes[1], "mixed texts, 8 to 300 words", [system.mixed for system in systems]),
    ):
        medians = [spread.median for spread in spreads]
        below = [spread.median - spread.lowest for spread in spreads]
        above = [spread.highest - spread.median for spread in spreads]
        ax.barh(places, medians, xerr=[below, above], color=colours, error_kw={"ecolor": "#333333", "capsize": 2})
        for place, spread in zip(places, spreads, strict=True):
            ax.annotate(
                f"{spread.median:.0f}", (spread.highest, place), xytext=(4, 0), textcoords="offset points", va="center"
            )
        ax.set_title(title)
        ax.set_xlabel("texts a second (more is better)")
        ax.margins(x=0.12)
        ax.spines[["top", "right"]].set_visible(False)
    axes[0].set_yticks(places, [system.name for system in systems])
    axes[0].invert_yaxis()
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.savefig(path, dpi=110)
