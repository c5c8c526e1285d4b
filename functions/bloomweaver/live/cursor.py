"""How far somebody has been told what changed."""

import base64
import binascii
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bloomweaver.errors import InvalidCursor

OVERLAP_SECONDS = 30.0
"""What changed so shortly before is told once more. A change has the time of before its write, which may take as long
as two tries of a request do, by a clock that may be another; and it is in the lists by status a moment later."""
CURSOR_MAX_CHARACTERS = 512
_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00"


class Cursor(BaseModel):
    """A place among all changes, sorted by time and document. Opaque to clients."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    of: Literal["changes"] = "changes"
    time: str = Field(pattern=f"^{_TIME}$")
    """What was changed before is told."""
    doc_hash: str = Field(default="", max_length=128)
    """Of those of the very same time, the last one that is told."""
    began: str | None = Field(default=None, pattern=f"^{_TIME}$")
    """Of a page that is not the last: the time of the cursor that the first page was read after."""
    unsettled_from: str | None = Field(default=None, pattern=f"^{_TIME}$")
    """When the first page was read, of those read so far, that had changes to which others may yet come. What came to
    them is told once all pages are."""

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """The cursor that was given out so. Raises `InvalidCursor`."""
        try:
            if len(text) > CURSOR_MAX_CHARACTERS:
                raise ValueError("no cursor is as long")
            cursor = cls.model_validate_json(base64.b64decode(text, altchars=b"-_", validate=True))
            datetime.fromisoformat(cursor.time)
        except (binascii.Error, ValueError, ValidationError) as error:
            raise InvalidCursor("no list of changes gave out this cursor") from error
        return cursor

    @classmethod
    def before(cls, time: str) -> "Cursor":
        """From where on to tell, when all that could be read at that time is told."""
        return cls(time=earlier(time, OVERLAP_SECONDS))

    def further(self, time: str, doc_hash: str, read_at: str) -> "Cursor":
        """Where to go on behind a place, of which was read at that time, as there is more."""
        unsettled = read_at if time > earlier(read_at, OVERLAP_SECONDS) else None
        return Cursor(time=time, doc_hash=doc_hash, began=self.since, unsettled_from=self.unsettled_from or unsettled)

    def done(self, read_at: str) -> "Cursor":
        """From where on to tell when all is told that there was at that time."""
        return Cursor.before(self.unsettled_from or read_at)

    @property
    def since(self) -> str:
        """Whatever happened before is told, wherever on the way."""
        return self.began or self.time

    @property
    def place(self) -> tuple[str, str]:
        """What is told, of changes that are sorted by time and document: all up to here."""
        return self.time, self.doc_hash

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(self.model_dump_json(exclude_none=True).encode()).decode()


def earlier(time: str, seconds: float) -> str:
    """So many seconds before a time, each in the form of `Clock`."""
    return (datetime.fromisoformat(time) - timedelta(seconds=seconds)).isoformat(timespec="microseconds")
