"""Which folders a document has left lately, so that whoever watches one of them learns of it.

It is on the record, with the change itself: a message may be lost, and whoever asks later what changed finds the record
alone.
"""

from datetime import datetime, timedelta

from bloomweaver.models import folder_path
from bloomweaver.models.record import DocumentRecord, Operation

REMEMBERED_SECONDS = 25 * 3600
REMEMBERED = 8
"""The latest ones. Of a document that moved more often in that time, nobody knows where it has been."""


def departures(current: DocumentRecord | None, folder: str, now: str) -> dict[str, str]:
    """`left_folders` of the record that follows `current`, with the document in `folder` (`/` if it is deleted)."""
    if current is None:
        return {}
    long_ago = (datetime.fromisoformat(now) - timedelta(seconds=REMEMBERED_SECONDS)).isoformat(timespec="microseconds")
    left = {each: at for each, at in current.left_folders.items() if at >= long_ago}
    if current.operation is not Operation.DELETE and current.folder != folder:
        left[current.folder] = now
    left.pop(folder, None)
    latest = sorted(left, key=lambda each: left[each], reverse=True)[:REMEMBERED]
    return {each: left[each] for each in latest}


def has_left(record: DocumentRecord, folder: str, since: str) -> bool:
    """Whether the document was in the folder, or below it, and may have left it after that time."""
    left = record.left_folders
    if len(left) == REMEMBERED and min(left.values()) > since:
        return True  # there may have been others
    return any(at >= since and folder_path.is_within(each, folder) for each, at in left.items())
