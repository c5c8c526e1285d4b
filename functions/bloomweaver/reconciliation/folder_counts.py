"""Whether the numbers of folders are right: how many documents are listed in and below each, counted anew.

A document's item says where it is listed, and changes in one transaction with the numbers of folders. So the items are
what is counted. While the table is looked through once, a number may change after its documents were counted; a folder
that does not come out right is only doubted. Those are counted once more with a mark on their numbers, which goes with
any change of them: where it still stands when all is counted, no document came to the folder or left it meanwhile. And
what does not come out right then is counted again under the same mark, since a transaction that was under way when it
was put there may show one of its items a moment later than another.
"""

import uuid
from collections.abc import Iterable

from pydantic import BaseModel

from bloomweaver.library.ports import ListedState, ListingPage, ListingTable
from bloomweaver.models import folder_path
from bloomweaver.models.reconciliation import Finding, Kind, Repair
from bloomweaver.reconciliation.findings import Examined, Mended, finding
from bloomweaver.reconciliation.turns import Turns

FOLDERS_MAX = 20_000
"""Folders that are counted at a time; where there are more, half of them are, or a quarter, by chance others each
time."""
MARKED_MAX = 200
"""Folders that are marked at a time: each is two writes of a call."""
PAGE = 1000

_CORRECTED = Mended(Repair.RESTORED, "corrected")


class FolderTally(BaseModel):
    """What was counted so far. It is kept from one call of a reconciliation to the next."""

    differences: dict[str, int] = {}
    """By folder, how many documents were counted, less its number."""
    share: int = 1
    """Of so many folders one is counted."""
    doubted: list[str] = []
    """Folders that are still to be counted under a mark."""
    mark: str = ""
    """That of the folders that are being counted, or empty."""
    numbers: dict[str, int] = {}
    """Those under the mark."""
    counted_again: bool = False

    @property
    def is_done(self) -> bool:
        """Whether no folder is left to be counted."""
        return not self.mark and not self.doubted


class FolderCounts:
    """Counts what is in folders, as a part of the reconciliation `id_`."""

    def __init__(self, id_: str, table: ListingTable, *, repair: bool) -> None:
        self._id = id_
        self._table = table
        self._repair = repair

    def add(self, tally: FolderTally, page: ListingPage, changed: Iterable[str]) -> None:
        """Count a page of the table. Of `changed` folders the number was changed since the page was read."""
        turns = Turns(self._id, tally.share)
        differences = tally.differences
        for count in page.counts:
            if turns.has(count.folder):
                differences[count.folder] = differences.get(count.folder, 0) - count.documents
        for state in page.states.values():
            for folder in filter(turns.has, _holders(state)):
                differences[folder] = differences.get(folder, 0) + 1
        while len(tally.differences) > FOLDERS_MAX:
            tally.share *= 2
            turns = Turns(self._id, tally.share)
            tally.differences = {name: number for name, number in tally.differences.items() if turns.has(name)}
        tally.doubted = sorted({*tally.doubted, *changed})

    def close(self, tally: FolderTally) -> int:
        """The whole table is counted: note which folders are in doubt. Returns how many were counted."""
        wrong = {folder for folder, difference in tally.differences.items() if difference}
        counted = len(tally.differences)
        tally.doubted = sorted({*tally.doubted, *wrong})
        tally.differences = {}
        return counted

    def look(self, tally: FolderTally, cursor: str | None) -> tuple[str | None, Examined]:
        """Mark folders that are in doubt, or count a page of the table for those that are marked. Returns the cursor of
        the page after it."""
        if not tally.mark:
            return None, self._begin(tally)
        page = self._table.scan(PAGE, cursor, consistent=True)
        for state in page.states.values():
            for folder in _holders(state):
                if folder in tally.differences:
                    tally.differences[folder] += 1
        return page.cursor, self._judge(tally) if page.cursor is None else Examined([], 0)

    def _begin(self, tally: FolderTally) -> Examined:
        folders, tally.doubted = tally.doubted[:MARKED_MAX], tally.doubted[MARKED_MAX:]
        tally.mark, tally.counted_again = uuid.uuid4().hex, False
        marked = {folder: self._table.mark(folder, tally.mark) for folder in folders}
        tally.numbers = {folder: number for folder, number in marked.items() if number is not None}
        tally.differences = {folder: -number for folder, number in tally.numbers.items()}
        return Examined([], len(folders) - len(tally.numbers))

    def _judge(self, tally: FolderTally) -> Examined:
        """The table is counted for the marked folders: say what is wrong, or have it counted again."""
        wrong = {folder for folder, difference in tally.differences.items() if difference}
        again = wrong if not tally.counted_again else set()
        findings: list[Finding] = []
        in_motion = 0
        for folder in tally.differences.keys() - again:
            number, difference = tally.numbers[folder], tally.differences[folder]
            if not self._table.correct(folder, tally.mark, difference if self._repair else 0):
                in_motion += 1
            elif difference:
                reason = f"its number is {number}, and {number + difference} documents are listed in and below it"
                found = finding(Kind.WRONG_FOLDER_COUNTS, None, None, [folder], reason)
                findings.append(_CORRECTED.applied_to(found) if self._repair else found)
        tally.differences = {folder: -tally.numbers[folder] for folder in again}
        tally.counted_again = True
        if not again:
            tally.mark, tally.numbers = "", {}
        return Examined(findings, in_motion)


def _holders(state: ListedState) -> list[str]:
    """The folders that a document is listed in and below."""
    return folder_path.holders(state.listed.folder) if state.listed is not None else []
