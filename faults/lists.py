"""Whether every list agrees with the records, once all is at rest: entries, and the numbers of folders."""

import time
from collections import Counter

from bloomweaver.library.listed import Listed
from bloomweaver.models import folder_path
from faults.findings import Findings
from faults.stand import Stand
from faults.tables import document_records, items

SETTLED_SECONDS = 30.0
"""How long the stream of the records may take to come through."""
PROMISE = "every list agrees with the records"


def check_lists(stand: Stand, findings: Findings) -> int:
    """Report what a list has too much or lacks. Returns how many entries there should be."""
    deadline = time.monotonic() + SETTLED_SECONDS
    expected = _expected(stand)
    while (found := _found(stand)) != expected and time.monotonic() < deadline:
        time.sleep(0.5)
        expected = _expected(stand)
    for what, wrong in (
        ("is missing", expected.keys() - found.keys()),
        ("is too many", found.keys() - expected.keys()),
    ):
        for place in sorted(wrong):
            findings.report(PROMISE, place[1].rpartition("\0")[2], f"{place} {what}")
    for place in sorted(expected.keys() & found.keys()):
        if expected[place] != found[place]:
            findings.report(PROMISE, "", f"{place} has {found[place]} documents, and should have {expected[place]}")
    return len(expected)


def _expected(stand: Stand) -> dict[tuple[str, str], int]:
    """The keys of the items that the table should have, and of those of folders how many documents they have."""
    places: dict[tuple[str, str], int] = {}
    numbers: Counter[str] = Counter()
    for record in document_records(stand):
        if (listed := Listed.of(record)) is not None:
            places |= {(entry.partition, entry.sort): 0 for entry in listed.entries(record.doc_hash)}
            numbers.update(folder_path.holders(listed.folder))
    for folder, number in numbers.items():
        root = folder == folder_path.ROOT
        key = ("folders", folder) if root else (f"folders:{folder_path.parent(folder)}", folder_path.name(folder))
        places[key] = number
    return places


def _found(stand: Stand) -> dict[tuple[str, str], int]:
    return {
        (item["list"]["S"], item["place"]["S"]): int(item["documents"]["N"]) if "documents" in item else 0
        for item in items(stand, "ListingTable")
        if not item["list"]["S"].startswith(("document:", "caught_up", "folder_changes"))
        and item.get("documents", {}).get("N") != "0"
    }
