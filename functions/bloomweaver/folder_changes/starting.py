"""The start of a folder's change: no two that meet run at the same time."""

from datetime import datetime, timedelta

from bloomweaver.errors import FolderUnderChange, RecordContended, UnknownFolder
from bloomweaver.folder_changes.ports import ChangeRegister, FolderChangeRuns
from bloomweaver.library.ports import ListingTable
from bloomweaver.models.folder_change import FolderChange
from bloomweaver.ports import Run

STARTING_SECONDS = 60.0
"""A change is in the register before its execution is there. Without one after so long, it was never started."""


def start(
    register: ChangeRegister, runs: FolderChangeRuns, table: ListingTable, *, name: str, change: FolderChange
) -> Run:
    """Start the change `name`.

    Raises `UnknownFolder`, `FolderUnderChange`, `RecordContended` and `StorageUnavailable`; nothing is changed then.
    """
    if not table.count(change.folder):
        raise UnknownFolder(
            f"no document is in '{change.folder}' or below it; one that has just been sent is listed a moment later"
        )
    known = register.running()
    still = {other: theirs for other, theirs in known.changes.items() if _may_run(runs, other, theirs, change.asked_at)}
    for other, theirs in still.items():
        if change.meets(theirs):
            raise FolderUnderChange(f"'{theirs.folder}' is being changed by '{other}', which has to end first")
    after = known.model_copy(update={"serial": known.serial + 1, "changes": {**still, name: change}})
    if not register.put(after, replaces=known):
        raise RecordContended("somebody else started a change of a folder at the same time")
    return runs.start(name, change)


def _may_run(runs: FolderChangeRuns, name: str, change: FolderChange, now: str) -> bool:
    run = runs.find(name)
    if run is not None:
        return run.status == "running"
    asked = datetime.fromisoformat(change.asked_at)
    return datetime.fromisoformat(now) - asked < timedelta(seconds=STARTING_SECONDS)
