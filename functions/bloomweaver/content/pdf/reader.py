"""The process that reads a PDF: `python -m bloomweaver.content.pdf.reader`, the document on standard input.

It writes one JSON object to standard output, an `Answer`. PDFium is native code and takes as much memory and time as a
document asks for; so it has a process of its own, in which the system bounds both.
"""

import gc
import json
import resource
import sys
from typing import TypedDict

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]

from bloomweaver.content.limits import check_length
from bloomweaver.content.pdf.glyphs import read_glyphs
from bloomweaver.content.pdf.hyphenation import join_words
from bloomweaver.content.pdf.layout import lines
from bloomweaver.errors import ExtractionFailed


class Answer(TypedDict):
    """What was read: the text of each page, and how many of its glyphs have no meaning. `refused` says why nothing was,
    and is empty otherwise."""

    pages: list[str]
    unknown: list[int]
    refused: str


def read(data: bytes) -> Answer:
    """Read a document."""
    pages: list[list[str]] = []
    unknown: list[int] = []
    length = 0
    try:
        with pdfium.PdfDocument(data) as document:
            for number in range(len(document)):
                page = document[number]
                text_page = page.get_textpage()
                glyphs = read_glyphs(page, text_page)
                text_page.close()
                page.close()
                pages.append([line for run in glyphs.runs for line in lines(run.glyphs, in_order=not run.turned)])
                unknown.append(glyphs.unknown)
                length += sum(map(len, pages[-1]))
                check_length(length)
    except ExtractionFailed as error:
        return Answer(pages=[], unknown=[], refused=str(error))
    except pdfium.PdfiumError as error:
        return Answer(pages=[], unknown=[], refused=_reason(error))
    return Answer(pages=["\n".join(page) for page in join_words(pages)], unknown=unknown, refused="")


def _reason(error: pdfium.PdfiumError) -> str:
    if error.err_code == raw.FPDF_ERR_PASSWORD:
        return "the PDF document is encrypted and asks for a password"
    if error.err_code == raw.FPDF_ERR_SECURITY:
        return "the PDF document is encrypted in a way that is not known here"
    return f"the PDF document is broken: {error}"


def main(memory_bytes: int, processor_seconds: int) -> None:
    """Read standard input within these limits, and answer."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (processor_seconds, processor_seconds + 1))
    if sys.platform == "linux":  # Elsewhere the system does not bound it.
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    gc.disable()  # A page's glyphs make no cycles, and looking for these takes as long as reading the page.
    json.dump(read(sys.stdin.buffer.read()), sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
