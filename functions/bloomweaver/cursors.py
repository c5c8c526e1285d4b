"""Cursors of pages, and those of lists that are sorted by time: where a page ended, and of which list.

They are opaque to their owners and trusted in nothing: what comes back is checked, and says of which list it is.
"""

import base64
import binascii
import hashlib
import zlib
from typing import NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bloomweaver.errors import InvalidCursor

BYTES_MAX = 256 * 1024
"""Of a cursor, unpacked."""

Cursor = TypeVar("Cursor", bound=BaseModel)


class TimePlace(NamedTuple):
    """A place in a list that is sorted by time."""

    time: str
    id: str


class _TimeCursor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    of: str
    """A digest of the list."""
    time: str = Field(min_length=1, max_length=64)
    id: str = Field(min_length=1, max_length=512)


def time_cursor(of: str, since: str | None, until: str | None, place: TimePlace | None) -> str | None:
    """The cursor of the page after a place, in the part of the list `of` that is between two times; none after the last
    one."""
    if place is None:
        return None
    return packed(_TimeCursor(of=_digest_of(of, since, until), time=place.time, id=place.id))


def place_of(of: str, since: str | None, until: str | None, cursor: str | None) -> TimePlace | None:
    """The place that a cursor of this list names. Raises `InvalidCursor`."""
    if cursor is None:
        return None
    found = unpacked(_TimeCursor, cursor)
    if found.of != _digest_of(of, since, until):
        raise InvalidCursor("this cursor belongs to another list")
    if not (since or "") <= found.time <= (until or found.time):
        raise InvalidCursor("no page gave out this cursor")
    return TimePlace(found.time, found.id)


def packed(cursor: BaseModel) -> str:
    """A cursor as it is given out."""
    text = cursor.model_dump_json(exclude_defaults=True)
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def unpacked(model: type[Cursor], cursor: str) -> Cursor:
    """A cursor that came back. Raises `InvalidCursor`."""
    try:
        compressed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(compressed, BYTES_MAX)
        if not unpacking.eof:
            raise InvalidCursor("no page gave out this cursor")
        return model.model_validate_json(text)
    except (binascii.Error, zlib.error, ValueError, ValidationError) as error:
        raise InvalidCursor("no page gave out this cursor") from error


def digest(text: str) -> str:
    """What a cursor says of what it belongs to."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _digest_of(of: str, since: str | None, until: str | None) -> str:
    return digest("\0".join((of, str(since), str(until))))
