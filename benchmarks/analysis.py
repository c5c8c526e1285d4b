"""`python -m benchmarks.analysis`: how long the analyser takes for a passage, a document and a query.

The passages are of the documentation of Python's standard library, a thousand characters each, which is some 250
tokens. Each is analysed once in each round by a process that has seen none before, as a function has when it starts;
and once more, when the words are known. Times are of the processor, on one core.
"""

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console

from benchmarks import figures
from benchmarks.corpus import stdlib_documents
from benchmarks.figures import Figure

PASSAGE_CHARACTERS = 1_000
PASSAGES = 1_000
PAGE = 10
CANDIDATES = 100
AT_MOST_MICROSECONDS = 1_000.0
"""For the keywords of a passage and the language of a document of one passage."""

console = Console(highlight=False)
Item = TypeVar("Item")


def main(rounds: Annotated[int, typer.Option(min=1, help="How often it is measured.")] = 3) -> None:
    """Measure on this machine. Exits with 1 if a passage takes too long."""
    measured: list[dict[str, float]] = []
    for _ in range(rounds):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            measured.append(process.submit(_measure).result())
    targets = {SUM: AT_MOST_MICROSECONDS}
    medians = {name: statistics.median(one[name] for one in measured) for name in measured[0]}
    shown = [Figure(name, "us", value, targets.get(name)) for name, value in medians.items()]
    figures.print_table(console, shown)
    if any(figure.met is False for figure in shown):
        raise typer.Exit(1)


SUM = "keywords, at first, and language"


def _measure() -> dict[str, float]:
    """Microseconds by what was measured."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "functions"))
    from bloomweaver.analysis import analyse_query, detect_language, find_terms, has_phrase, passage_keywords

    passages, queries = _passages(), [document.first_line() for document in stdlib_documents()]

    def keywords(text: str) -> None:
        passage_keywords(text, title="A title", heading="A heading > Another", language="en")

    for warm in ("Wärmt auf, was beim ersten Mal geladen wird.", "It loads what is loaded at first."):
        keywords(warm)
        detect_language(warm)
        find_terms(warm, analyse_query(warm))
    found = {"keywords of a passage, at first": _each(keywords, passages)}
    found["keywords of a passage, known words"] = _each(keywords, passages)
    found["language of a passage"] = _each(detect_language, passages)
    found[SUM] = found["keywords of a passage, at first"] + found["language of a passage"]
    found["language of a document"] = _each(detect_language, [" ".join(passages)] * 20)
    found["query of one line, at first"] = _each(analyse_query, queries)
    found["query of one line, known words"] = _each(analyse_query, queries)
    pages = [passages[start : start + PAGE] for start in range(0, len(passages), PAGE)]
    asked = [analyse_query(query) for query in queries]

    def highlights(number: int) -> None:
        for text in pages[number % len(pages)]:
            find_terms(text, asked[number % len(asked)])

    def phrases(number: int) -> None:
        for text in passages[number * CANDIDATES : (number + 1) * CANDIDATES]:
            has_phrase(text, "standard library")

    found[f"highlights of a page of {PAGE}"] = _each(highlights, range(len(pages)))
    found[f"a phrase in {CANDIDATES} candidates, at first"] = _each(phrases, range(PASSAGES // CANDIDATES))
    found[f"a phrase in {CANDIDATES} candidates, known words"] = _each(phrases, range(PASSAGES // CANDIDATES))
    return found


def _passages() -> Sequence[str]:
    text = "\n".join(document.text for document in stdlib_documents())
    starts = range(0, len(text), max(PASSAGE_CHARACTERS, len(text) // PASSAGES))
    return [text[start : start + PASSAGE_CHARACTERS] for start in starts]


def _each(work: Callable[[Item], object], items: Sequence[Item]) -> float:
    started = time.process_time()
    for item in items:
        work(item)
    return (time.process_time() - started) / len(items) * 1e6


if __name__ == "__main__":
    typer.run(main)
