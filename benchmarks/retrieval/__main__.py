"""`make bench-retrieval`: how well search finds, in every mode, on sets of queries whose answers are known."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from benchmarks.corpus import stdlib_documents
from benchmarks.errors import RunError
from benchmarks.machine import machine
from benchmarks.retrieval import beir, long_questions, manual_pages, packages, report, results, stdlib
from benchmarks.retrieval.fusions import Compared, compare
from benchmarks.retrieval.indexing import IndexedSet, Model, index
from benchmarks.retrieval.modes import Modes
from benchmarks.retrieval.plot import write_plot
from benchmarks.retrieval.results import SetResult
from benchmarks.retrieval.sets import RetrievalSet
from benchmarks.sections import replace_section
from bloomweaver.adapters.cross_encoder import DEFAULT_MODEL, InProcessReranker, load_cross_encoder
from bloomweaver.errors import RerankerRejected
from bloomweaver.ports import Objects, Reranker
from bloomweaver.settings import Settings
from cli.output import plain
from embedding_service.encoder.errors import EncoderError

RESULTS = Path(__file__).parent.parent / "results" / "retrieval.json"
DOCS = Path(__file__).parent.parent.parent / "docs"
PLOT = Path("images") / "retrieval.png"
RERANK_SECONDS = 600.0
"""What is measured is how good it is, however long it takes."""

console = Console(highlight=False)


def main(
    corpus: Annotated[list[Path] | None, typer.Option(help="A folder in BEIR's layout. May be given again.")] = None,
    man: Annotated[Path | None, typer.Option(help="Manual pages by their summaries, such as /usr/share/man.")] = None,
    dpkg: Annotated[
        Path | None, typer.Option(help="Packages by their summaries, such as /var/lib/dpkg/status.")
    ] = None,
    long: Annotated[
        bool, typer.Option("--long-questions", help="Each set once more, with a long sentence of each document asked.")
    ] = False,
    model: Annotated[str, typer.Option(help="The embedding model: a name, or the folder with its files.")] = "minilm",
    rerank_model: Annotated[
        str, typer.Option(help="The cross-encoder: its folder, or its name in the Hugging Face hub's cache.")
    ] = DEFAULT_MODEL,
    fusions: Annotated[bool, typer.Option(help="Compare ways to fuse the legs, and measure nothing else.")] = False,
    depth: Annotated[int, typer.Option(min=1, help="With --fusions: passages that each leg gives.")] = int(
        Settings.model_fields["search_depth"].default
    ),
    vectors: Annotated[Path | None, typer.Option(help="A folder to keep vectors of passages in.")] = None,
    output: Annotated[Path, typer.Option(help="The JSON file to write.", show_default=False)] = RESULTS,
) -> None:
    """Measure search on each set; without one on Python's own documentation. Exits with 1 if that cannot be done."""
    try:
        sets = list(_sets(corpus or [], man, dpkg, with_long=long))
        embedding = Model(model, vectors)
        if fusions:
            report.print_fusions(console, [_compared(each, embedding, depth) for each in sets])
            return
        reranker = _reranker(rerank_model, given=rerank_model != DEFAULT_MODEL)
        measured = [_measured(each, embedding, reranker) for each in sets]
    except (RunError, EncoderError, RerankerRejected) as error:
        console.print("[bold red]The benchmark could not go on:[/bold red] ", plain(str(error)), sep="")
        raise typer.Exit(1) from error
    report.print_sets(console, measured)
    _write(output, measured)


def _write(output: Path, measured: list[SetResult]) -> None:
    """The results, and if they are the project's own, the page of the documentation with its picture."""
    everything = results.together(results.load(output), measured)
    results.save(output, machine(), everything)
    console.print(plain(f"written to {output}"))
    if output == RESULTS:
        write_plot(DOCS / PLOT, everything)
        replace_section(DOCS / "retrieval.md", "retrieval", report.as_markdown(machine(), everything, str(PLOT)))
        console.print(plain(f"written to {DOCS / 'retrieval.md'}"))


def _sets(corpora: list[Path], man: Path | None, dpkg: Path | None, *, with_long: bool) -> Iterator[RetrievalSet]:
    """Raises `RunError`."""
    found = [beir.read(folder) for folder in corpora]
    if man is not None:
        found.append(manual_pages.read(man))
    if dpkg is not None:
        found.append(packages.read(dpkg))
    for each in found or [stdlib.of_corpus(stdlib_documents())]:
        if each.judged_and_missing:
            console.print(plain(f"{each.name}: {each.judged_and_missing} relevant documents are not in the corpus"))
        yield each
        if with_long:
            yield long_questions.of(each)


def _reranker(model: str, *, given: bool) -> Reranker | None:
    """The cross-encoder, if its weights are there. Raises `RerankerRejected` if one was asked for by name."""
    try:
        loaded = load_cross_encoder(model, None, lambda: _no_bucket(model))
    except RerankerRejected as error:
        if given:
            raise
        console.print(plain(f"no reranker is measured: {error}"))
        return None
    return InProcessReranker(lambda: loaded, RERANK_SECONDS)


def _no_bucket(model: str) -> Objects:
    raise RerankerRejected(f"{model} is in no folder here: name one with --rerank-model")


def _measured(source: RetrievalSet, model: Model, reranker: Reranker | None) -> SetResult:
    with (
        TemporaryDirectory() as folder,
        Progress(console=console, transient=True, disable=not console.is_terminal) as progress,
    ):
        indexed = _indexed(source, model, Path(folder), progress)
        modes = Modes(indexed, model, reranker)
        found = []
        for name in modes.names:
            task = progress.add_task(f"{source.name}: {name}", total=len(source.queries))
            found.append(modes.measure(name, lambda task=task: progress.advance(task)))  # type: ignore[misc]
        return SetResult(
            name=source.name,
            documents=len(source.documents),
            passages=indexed.passages,
            queries=len(source.queries),
            measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
            model=model.name,
            modes=tuple(found),
        )


def _compared(source: RetrievalSet, model: Model, depth: int) -> Compared:
    with (
        TemporaryDirectory() as folder,
        Progress(console=console, transient=True, disable=not console.is_terminal) as progress,
    ):
        indexed = _indexed(source, model, Path(folder), progress)
        task = progress.add_task(f"{source.name}: queries", total=len(source.queries))
        return compare(indexed, model, depth, lambda: progress.advance(task))


def _indexed(source: RetrievalSet, model: Model, folder: Path, progress: Progress) -> IndexedSet:
    task = progress.add_task(f"{source.name}: indexing {len(source.documents):,} documents", total=None)
    indexed = index(source, model, folder)
    progress.remove_task(task)
    return indexed


if __name__ == "__main__":
    typer.run(main)
