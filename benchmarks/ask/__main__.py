"""`make bench-ask`: how good answers are, on sets of questions whose answers are known, and how long they take."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from benchmarks.ask import json_lines, latency, manual, report, results, stdlib
from benchmarks.ask.measuring import Measuring, least_score
from benchmarks.ask.results import Latencies, SetResult
from benchmarks.ask.sets import AskSet, Half
from benchmarks.corpus import stdlib_documents
from benchmarks.errors import RunError
from benchmarks.figures import print_table
from benchmarks.machine import machine
from benchmarks.sections import replace_section
from bloomweaver.answering.extractive import least_score as least_score_of
from cli.client import ApiError
from cli.output import plain
from embedding_service.encoder.errors import EncoderError
from local.errors import StackError

RESULTS = Path(__file__).parent.parent / "results" / "ask.json"
PAGE = Path(__file__).parent.parent.parent / "docs" / "ask.md"
QUICK_KIND = "purpose"
"""Of the questions that are asked for their time: what the documents answer nearly always."""

console = Console(highlight=False)


def main(
    sets: Annotated[
        list[Path] | None,
        typer.Option("--set", help="A folder with documents.jsonl and questions.jsonl. May be given again."),
    ] = None,
    manual_pages: Annotated[
        Path | None,
        typer.Option("--manual", help="Python's manual as HTML too, such as /usr/share/doc/python3/html."),
    ] = None,
    setting: Annotated[
        bool, typer.Option("--set-least-score", help="Set the least score on the other half, and measure nothing.")
    ] = False,
    errors: Annotated[bool, typer.Option("--errors", help="Print each question that was not answered right.")] = False,
    latencies: Annotated[
        bool, typer.Option("--latencies/--no-latencies", help="Measure how long answers take too, on a stack.")
    ] = True,
    model: Annotated[str, typer.Option(help="The embedding model: a name, or the folder with its files.")] = "minilm",
    least: Annotated[
        float | None, typer.Option("--least-score", help="By default the model's own.", show_default=False)
    ] = None,
    vectors: Annotated[Path | None, typer.Option(help="A folder to keep vectors of passages in.")] = None,
    output: Annotated[Path, typer.Option(help="The JSON file to write.", show_default=False)] = RESULTS,
) -> None:
    """Measure answers on each set; without one on Python's own documentation. Exits with 1 if that cannot be done."""
    try:
        chosen = _sets(sets or [], manual_pages)
        measuring = Measuring(model, vectors)
        if setting:
            _set_least_score(measuring, chosen)
            return
        least = least_score_of(model) if least is None else least
        measured = [_measured(measuring, each, least, errors=errors) for each in chosen]
        times = _latencies() if latencies else None
    except (RunError, EncoderError, ApiError, StackError) as error:
        console.print("[bold red]The benchmark could not go on:[/bold red] ", plain(str(error)), sep="")
        raise typer.Exit(1) from error
    if times is not None:
        print_table(console, times.figures)
    everything = results.together(output, machine(), measured, times)
    everything.save(output)
    console.print(plain(f"written to {output}"))
    if output == RESULTS:
        replace_section(PAGE, "answers", report.as_markdown(everything))
        console.print(plain(f"written to {PAGE}"))


def _sets(folders: Sequence[Path], manual_pages: Path | None) -> list[AskSet]:
    """Raises `RunError`."""
    found = [json_lines.read(folder) for folder in folders]
    if not found:
        found.append(stdlib.of_corpus(stdlib_documents()))
    if manual_pages is not None:
        found.append(manual.read(manual_pages))
    return found


def _set_least_score(measuring: Measuring, sets: Sequence[AskSet]) -> None:
    scores = []
    for each in sets:
        with _asking(each, Half.SETTING) as (folder, tell):
            scores.append(measuring.scores(each, folder, tell))
    report.print_scores(console, scores, least_score(scores))


def _measured(measuring: Measuring, source: AskSet, least: float, *, errors: bool) -> SetResult:
    with _asking(source, Half.MEASURING) as (folder, tell):
        answered = measuring.answered(source, least, folder, tell)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    result = results.of_set(source, answered, measuring.model.name, least, at)
    report.print_set(console, result)
    if errors:
        report.print_errors(console, answered)
    return result


@contextmanager
def _asking(source: AskSet, half: Half) -> Iterator[tuple[Path, Callable[[], None]]]:
    """A folder to index a set in, and what tells of each question."""
    with (
        TemporaryDirectory() as folder,
        Progress(console=console, transient=True, disable=not console.is_terminal) as progress,
    ):
        total = sum(question.half is half for question in source.questions)
        task = progress.add_task(f"{source.name}: indexing, then {total} questions", total=total)
        yield Path(folder), lambda: progress.advance(task)


def _latencies() -> Latencies:
    corpus = stdlib_documents()
    asked = [each.text for each in stdlib.of_corpus(corpus).questions if each.kind == QUICK_KIND]
    with TemporaryDirectory() as folder:
        return latency.measure(corpus, asked, Path(folder), lambda line: console.print(plain(line)))


if __name__ == "__main__":
    typer.run(main)
