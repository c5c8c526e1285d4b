"""How many documents are in and below a folder: what a change of a document changes about it."""

from collections import Counter
from collections.abc import Mapping

from bloomweaver.library.listed import Listed
from bloomweaver.models import folder_path


def count_changes(before: Listed | None, after: Listed | None) -> Mapping[str, int]:
    """By folder, what is to be added to the number of documents in and below it; folders with 0 are left out."""
    changes: Counter[str] = Counter()
    if before is not None:
        changes.subtract(folder_path.holders(before.folder))
    if after is not None:
        changes.update(folder_path.holders(after.folder))
    return {folder: change for folder, change in changes.items() if change}
