"""What is shown of a measurement, and what stays of those before it."""

from io import StringIO
from pathlib import Path

from rich.console import Console

from benchmarks.retrieval import report, results
from benchmarks.retrieval.fusions import Compared
from benchmarks.retrieval.plot import write_plot
from benchmarks.retrieval.results import ModeResult, Quality, SetResult

MACHINE = {"cpu": "Some CPU", "cores": 2, "memory_mib": 24576, "system": "Linux", "python": "3.11"}


def result(name: str = "wings", *, hybrid: float = 0.43) -> SetResult:
    values = {"dense": (0.39, 0.78), "keyword": (0.35, 0.7), "hybrid": (hybrid, 0.8)}
    modes = (ModeResult(mode, Quality(ndcg, 0.5, recall), 12.3, 45.6) for mode, (ndcg, recall) in values.items())
    return SetResult(name, 1400, 1803, 225, "2030-01-02T03:04:05+00:00", "minilm", tuple(modes))


def shown(width: int, one: SetResult) -> str:
    written = StringIO()
    report.print_sets(Console(file=written, width=width), [one])
    return written.getvalue()


def test_a_table_fits_into_80_columns() -> None:
    text = shown(80, result())

    assert "wings: 1,400 documents, 1,803 passages, 225 queries" in text
    assert "│ hybrid  │  0.4300 │ 0.5000 │     0.8000 │   12.3 │   45.6 │" in text
    assert "hybrid over the better leg: nDCG@10 +0.0400, recall@100 +0.0200" in text
    assert max(map(len, text.splitlines())) <= 80


def test_fusions_are_sorted_by_their_worst_set() -> None:
    leg = Quality(0.4, 0, 0.7)
    compared = [
        Compared(name, leg, leg, {key: Quality(ndcg, 0, 0.7) for key, ndcg in fused.items()})
        for name, fused in (("one", {"even": 0.43, "uneven": 0.5}), ("two", {"even": 0.44, "uneven": 0.39}))
    ]
    written = StringIO()
    report.print_fusions(Console(file=written, width=80), compared)

    text = written.getvalue()
    assert text.index("even ") < text.index("uneven")
    assert "+0.0300" in text
    assert "-0.0100" in text


def test_the_section_says_what_was_measured_on_what() -> None:
    text = report.as_markdown(MACHINE, [result()], "images/retrieval.png")

    assert "Measured on 2030-01-02: Some CPU, 2 cores, 24 GiB, Linux, Python 3.11; model minilm" in text
    assert "| wings: 1,400 documents, 1,803 passages, 225 queries | dense | 0.3900 | 0.5000 | 0.7800 |" in text
    assert "| hybrid over the better leg | nDCG@10 | recall@100 |" in text
    assert "| wings | +0.0400 | +0.0200 |" in text
    assert "![nDCG@10 of each mode, by set](images/retrieval.png)" in text


def test_sets_that_were_measured_before_stay(tmp_path: Path) -> None:
    path = tmp_path / "results" / "retrieval.json"
    assert results.load(path) == []
    results.save(path, MACHINE, [result("wings", hybrid=0.1), result("zoo")])

    together = results.together(results.load(path), [result("wings"), result("ants")])

    assert [one.name for one in together] == ["ants", "wings", "zoo"]
    assert together[1] == result("wings")


def test_the_picture(tmp_path: Path) -> None:
    path = tmp_path / "images" / "retrieval.png"
    write_plot(path, [result(), result("zoo")])

    assert path.read_bytes().startswith(b"\x89PNG")
