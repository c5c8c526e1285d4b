"""Cursors of lists of runs and of a run's history: where a page ended, and of what.

They are opaque to their owners and trusted in nothing: what comes back is checked, and says of which list it is.
"""

import base64
import binascii
import hashlib
import zlib
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bloomweaver.errors import InvalidCursor
from bloomweaver.runs.folding import Memory
from bloomweaver.runs.ports import Place, RunList
from bloomweaver.runs.requests import EVENTS_MAX

BYTES_MAX = 256 * 1024
"""Of a cursor, unpacked."""


class ListCursor(BaseModel):
    """Where a page of a list ended."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    of: str
    """A digest of the list."""
    started_at: str = Field(min_length=1, max_length=64)
    id: str = Field(min_length=1, max_length=512)


class HistoryCursor(BaseModel):
    """Where a page of a history ended."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    of: str
    """A digest of the run's id."""
    limit: int = Field(ge=1, le=EVENTS_MAX)
    """Step Functions gives a token for pages of one size."""
    token: str = Field(min_length=1, max_length=4096)
    memory: Memory


def list_cursor(of: RunList, since: str | None, until: str | None, place: Place | None) -> str | None:
    """The cursor of the page after a place; none after the last one."""
    if place is None:
        return None
    return _packed(ListCursor(of=_digest_of_list(of, since, until), started_at=place.started_at, id=place.id))


def place_of(of: RunList, since: str | None, until: str | None, cursor: str | None) -> Place | None:
    """The place that a cursor of this list names. Raises `InvalidCursor`."""
    if cursor is None:
        return None
    found = _unpacked(ListCursor, cursor)
    if found.of != _digest_of_list(of, since, until):
        raise InvalidCursor("this cursor belongs to another list")
    if not (since or "") <= found.started_at <= (until or found.started_at):
        raise InvalidCursor("no page gave out this cursor")
    return Place(started_at=found.started_at, id=found.id)


def history_cursor(run_id: str, limit: int, token: str, memory: Memory) -> str:
    """The cursor of the page of a history after this one."""
    return _packed(HistoryCursor(of=_digest(run_id), limit=limit, token=token, memory=memory))


def history_place(run_id: str, cursor: str) -> HistoryCursor:
    """What a cursor of this run's history says. Raises `InvalidCursor`."""
    found = _unpacked(HistoryCursor, cursor)
    if found.of != _digest(run_id):
        raise InvalidCursor("this cursor belongs to another run")
    return found


_Cursor = TypeVar("_Cursor", bound=BaseModel)


def _packed(cursor: BaseModel) -> str:
    text = cursor.model_dump_json(exclude_defaults=True)
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def _unpacked(model: type[_Cursor], cursor: str) -> _Cursor:
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(packed, BYTES_MAX)
        if not unpacking.eof:
            raise InvalidCursor("no page gave out this cursor")
        return model.model_validate_json(text)
    except (binascii.Error, zlib.error, ValueError, ValidationError) as error:
        raise InvalidCursor("no page gave out this cursor") from error


def _digest_of_list(of: RunList, since: str | None, until: str | None) -> str:
    return _digest("\0".join(str(part) for part in (of.state_machine, of.status, of.doc_hash, since, until)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
