"""`python -m benchmarks.extraction [FILE.pdf ...]`: how long a PDF takes, and how much memory, beside pypdf.

pypdf is what PDFs were read with before. It is measured without the limits that went with it, which made it slower: its
plain `extract_text`, page by page. Without a file, 100 pages are made of the documentation of Python's standard
library. Each round has a new process for each of the two, which reads a page of another document
first, so that nothing is imported while the clock runs; the process that the extractor starts for each document is a
part of its time and memory. The ratio is of processor time, which does not depend on what else runs on the machine.
"""

import logging
import re
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
from rich.console import Console

from benchmarks import figures
from benchmarks.corpus import stdlib_documents
from benchmarks.figures import Figure
from cli.output import plain

PAGES = 100
LINES = 52
WORDS = 10
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
        figures.print_table(console, shown)
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
    """A PDF of so many full pages, drawn as TeX and word processors draw: pieces of words, moved together or apart."""
    text = " ".join(document.text for document in stdlib_documents()).encode("ascii", "ignore").decode()
    words = [re.sub(r"[()\\\\]", "", word) for word in text.split()]
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(b"%d 0 R" % (4 + 2 * n) for n in range(pages)), pages),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>",
    ]
    for page in range(pages):
        lines = []
        for line in range(LINES):
            first = (page * LINES + line) * WORDS
            shown = [words[(first + offset) % len(words)] for offset in range(WORDS)]
            pieces = " -333 ".join(f"({word[:3]}) 15 ({word[3:]})" if len(word) > 3 else f"({word})" for word in shown)
            lines.append(f"1 0 0 1 60 {780 - 14 * line} Tm [{pieces}] TJ")
        content = f"BT /F 11 Tf {' '.join(lines)} ET".encode()
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F 3 0 R >> >> >>" % (5 + 2 * page)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    pdf = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(b"%010d 00000 n \n" % len(pdf))
        pdf += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(pdf))
    return pdf + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(places) + end


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
