"""Which folders a document has left lately, so that whoever watches one of them learns of it.

It is on the record, with the change itself: a message may be lost, and whoever asks later what changed finds the record
alone. Folders are named by a digest, since a deleted document's record is to say nothing of where it was.
"""

import hashlib
from datetime import datetime, timedelta

from bloomweaver.models import folder_path
from bloomweaver.models.record import DocumentRecord, Operation

REMEMBERED_SECONDS = 25 * 3600
REMEMBERED = 40
"""The latest ones: at least all that one move can leave."""
_DIGEST_CHARACTERS = 16


def departures(current: DocumentRecord | None, folder: str, now: str) -> dict[str, str]:
    """`left_folders` of the record that follows `current`, with the document in `folder` (`/` if it is deleted)."""
    if current is None:
        return {}
    long_ago = (datetime.fromisoformat(now) - timedelta(seconds=REMEMBERED_SECONDS)).isoformat(timespec="microseconds")
    left = {digest: at for digest, at in current.left_folders.items() if at >= long_ago}
    now_in = set(folder_path.holders(folder))
    if current.operation is not Operation.DELETE:
        left |= {_digest(each): now for each in folder_path.holders(current.folder) if each not in now_in}
    for each in now_in:
        left.pop(_digest(each), None)
    latest = sorted(left, key=lambda digest: left[digest], reverse=True)[:REMEMBERED]
    return {digest: left[digest] for digest in latest}


def has_left(record: DocumentRecord, folder: str, since: str) -> bool:
    """Whether the document was in the folder, or below it, and may have left it at that time or later."""
    left = record.left_folders
    if len(left) == REMEMBERED and min(left.values()) > since:
        return True  # there may have been others
    return left.get(_digest(folder), "") >= since


def _digest(folder: str) -> str:
    return hashlib.sha256(folder.encode()).hexdigest()[:_DIGEST_CHARACTERS]
