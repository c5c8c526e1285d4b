"""application/pdf: the text of each page, with its page number, read by a process of its own."""

import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from itertools import count, groupby
from pathlib import Path
from typing import cast

from bloomweaver.content.extracted import ExtractedText, TextBlock
from bloomweaver.content.limits import MEBIBYTE
from bloomweaver.errors import ExtractionFailed

MAX_MEMORY_BYTES = 1024 * MEBIBYTE
"""Of the process that reads: of its address space, in which the program and its libraries take some 200 MiB."""
MAX_SECONDS = 120
"""Of processor time, for a document: less than half of what the function may take. 100 full pages take about 1."""

_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH")
"""What the reading process gets of ours. No credentials: it runs native code over what anybody may have sent."""
_PAGES_NAMED = 20


def extract(data: bytes) -> ExtractedText:
    """The pages that have text, a block each, and which pages have none.

    A document that is encrypted but opens without a password, as one does that only forbids printing, is read. Raises
    `ExtractionFailed` if it asks for a password, is broken, has no text (scanned pages), or takes too much memory or
    time.
    """
    # With the paths that this process has, and none of its own (-S, -P).
    command = [sys.executable, "-S", "-P", "-m", f"{__name__}.reader", str(MAX_MEMORY_BYTES), str(MAX_SECONDS)]
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    environment |= {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONPYCACHEPREFIX": _bytecode_folder()}
    # Its time is bounded by itself. By a clock as well, a slow machine would be a fault of the document.
    ended = subprocess.run(command, input=data, capture_output=True, env=environment, check=False)
    if ended.returncode:
        raise ExtractionFailed(_why_it_ended(ended.returncode, ended.stderr))
    answer = json.loads(ended.stdout)
    if answer["refused"]:
        raise ExtractionFailed(answer["refused"])
    texts = cast(list[str], answer["pages"])
    blank = [number for number, text in enumerate(texts, start=1) if not text.strip()]
    if len(blank) == len(texts):
        raise ExtractionFailed("the PDF document has no text: scanned pages need text recognition (OCR) first")
    blocks = tuple(TextBlock(text, number) for number, text in enumerate(texts, start=1))
    return ExtractedText(blocks, warnings=(*_of_blank_pages(blank, len(texts)), *_of_unknown(answer["unknown"])))


def _bytecode_folder() -> str:
    """Where the reading process keeps its bytecode. On Lambda it can write nowhere else, and would compile PDFium's
    bindings anew for each document, half a second each. Empty, for nowhere, if the folder is not ours alone."""
    folder = Path(tempfile.gettempdir()) / f"bloomweaver-bytecode-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
    return str(folder) if ours else ""


def _why_it_ended(code: int, stderr: bytes) -> str:
    if -code == signal.SIGXCPU:
        return f"the PDF document takes more than {MAX_SECONDS} s to read"
    if b"MemoryError" in stderr or code < 0:
        return (
            f"the PDF document is broken, or takes more than {MAX_MEMORY_BYTES // MEBIBYTE} MiB once unpacked: "
            f"its reader ended {f'by signal {-code}' if code < 0 else 'out of memory'}"
        )
    last = stderr.decode(errors="replace").strip().rpartition("\n")[2]
    return f"the PDF document is broken: {last:.200}"


def _of_blank_pages(pages: Sequence[int], of: int) -> list[str]:
    if not pages:
        return []
    verb = "has" if len(pages) == 1 else "have"
    return [f"{_named(pages)} of {of} {verb} no text: scanned pages need text recognition (OCR) first"]


def _of_unknown(unknown: Sequence[int]) -> list[str]:
    total = sum(unknown)
    if not total:
        return []
    pages = [number for number, glyphs in enumerate(unknown, start=1) if glyphs]
    lost = "1 character is lost" if total == 1 else f"{total:,} characters are lost"
    return [f"{lost} on {_named(pages)}, where U+FFFD stands: the document does not say what its glyphs mean"]


def _named(pages: Sequence[int]) -> str:
    """`page 4`, or `pages 2, 5-7 and 12 more`."""
    counter = count()
    groups = [list(group) for _, group in groupby(pages, key=lambda page: page - next(counter))]
    shown = [str(group[0]) if len(group) == 1 else f"{group[0]}-{group[-1]}" for group in groups[:_PAGES_NAMED]]
    left = sum(map(len, groups[_PAGES_NAMED:]))
    more = f" and {left} more" if left else ""
    return f"page{'' if len(pages) == 1 else 's'} {', '.join(shown)}{more}"
