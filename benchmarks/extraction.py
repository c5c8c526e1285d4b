"""`python -m benchmarks.extraction [FILE.pdf ...]`: how long a PDF takes, and how much memory, beside pypdf.

pypdf is what PDFs were read with before. It is measured without the limits that went with it, which made it slower: its
plain `extract_text`, page by page. Without a file, 100 pages of justified text are made of the documentation of
Python's standard library. Each round has a new process for each of the two, which reads a page of another document
first, so that nothing is imported while the clock runs; the process that the extractor starts for each document is a
part of its time and memory. The ratio is of processor time, which does not depend on what else runs on the machine.
"""

import logging
import resource
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import typer
from fpdf import FPDF
from rich.console import Console

from benchmarks import figures
from benchmarks.corpus import stdlib_documents
from benchmarks.figures import Figure
from cli.output import plain

PAGES = 100
PARAGRAPHS = 5
WORDS = 90
LONGEST_WORD = 60
SLOWER_AT_MOST = 2.0
MEMORY_AT_MOST_MIB = 1769.0
"""Of the function `chunk`, as template.yaml has it."""
READERS = ("pypdf", "extractor")

console = Console(highlight=False)


@dataclass(frozen=True)
class Measured:
    """What one reading took, of processor time and by the clock. Time and memory are of the process and its child; the
    memory is the most that they ever had."""

    seconds: float
    elapsed: float
    peak_mib: float
    characters: int


def main(
    files: Annotated[
        list[Path] | None, typer.Argument(exists=True, dir_okay=False, help="PDFs, in place of one made here.")
    ] = None,
    pages: Annotated[int, typer.Option(min=1, help="At most so many pages of each.")] = PAGES,
    rounds: Annotated[int, typer.Option(min=1, help="How often each is read.")] = 3,
) -> None:
    """Measure on this machine. Exits with 1 if the extractor is too slow or takes too much memory."""
    documents = {path.name: _first_pages(path.read_bytes(), pages) for path in files or []}
    missed = False
    for name, data in (documents or {f"{pages} pages made here": _made(pages)}).items():
        measured = {reader: [] for reader in READERS}  # type: dict[str, list[Measured]]
        for _ in range(rounds):
            for reader in READERS:
                with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
                    measured[reader].append(process.submit(_measure, reader, data).result())
        shown = _figures(measured)
        console.print(plain(name))
        console.print(figures.as_table(shown))
        missed = missed or any(figure.met is False for figure in shown)
    if missed:
        raise typer.Exit(1)


def _figures(measured: dict[str, list[Measured]]) -> list[Figure]:
    before, now = (measured[reader] for reader in READERS)
    ratios = [after.seconds / earlier.seconds for earlier, after in zip(before, now, strict=True)]
    return [
        Figure("pypdf, processor, median", "s", statistics.median(one.seconds for one in before)),
        Figure("extractor, processor, median", "s", statistics.median(one.seconds for one in now)),
        Figure("pypdf, by the clock, median", "s", statistics.median(one.elapsed for one in before)),
        Figure("extractor, by the clock, median", "s", statistics.median(one.elapsed for one in now)),
        Figure("extractor against pypdf, median of the rounds", "times", statistics.median(ratios), SLOWER_AT_MOST),
        Figure("extractor against pypdf, worst round", "times", max(ratios)),
        Figure("memory with pypdf, highest", "MiB", max(one.peak_mib for one in before)),
        Figure("memory with the extractor, highest", "MiB", max(one.peak_mib for one in now), MEMORY_AT_MOST_MIB),
        Figure("characters by pypdf", "", before[0].characters),
        Figure("characters by the extractor", "", now[0].characters),
    ]


def _measure(reader: str, data: bytes) -> Measured:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "functions"))
    read = _by_pypdf if reader == "pypdf" else _by_extractor
    read(_made(1))
    started, used = time.perf_counter(), _processor_seconds()
    characters = read(data)
    seconds, elapsed = _processor_seconds() - used, time.perf_counter() - started
    usages = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return Measured(seconds, elapsed, sum(usages) / 1024, characters)


def _processor_seconds() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _by_pypdf(data: bytes) -> int:
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # It warns of each flaw, thousands of times in some.
    return sum(len(page.extract_text()) for page in PdfReader(BytesIO(data)).pages)


def _by_extractor(data: bytes) -> int:
    from bloomweaver.content import extract

    return sum(len(block.text) for block in extract("application/pdf", data).blocks)


def _made(pages: int) -> bytes:
    """A PDF of so many full pages."""
    text = " ".join(document.text for document in stdlib_documents()).encode("latin-1", "ignore").decode("latin-1")
    words = [word[:LONGEST_WORD] for word in text.split()]
    pdf = FPDF()
    pdf.set_margin(25)
    pdf.set_font("Times", size=11)
    position = 0
    while pdf.page < pages:
        pdf.add_page()
        for _ in range(PARAGRAPHS):
            paragraph = [words[(position + offset) % len(words)] for offset in range(WORDS)]
            position += WORDS
            pdf.multi_cell(0, 5.5, " ".join(paragraph), align="J")
            pdf.ln(3)
    return bytes(pdf.output())


def _first_pages(data: bytes, pages: int) -> bytes:
    from pypdf import PdfReader, PdfWriter

    reader = PdfReader(BytesIO(data))
    if len(reader.pages) <= pages:
        return data
    writer = PdfWriter()
    for page in reader.pages[:pages]:
        writer.add_page(page)
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


if __name__ == "__main__":
    typer.run(main)
