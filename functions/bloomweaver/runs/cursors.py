"""Cursors of lists of runs and of a run's history: where a page ended, and of what."""

from pydantic import BaseModel, ConfigDict, Field

from bloomweaver import cursors
from bloomweaver.cursors import TimePlace, digest, packed, unpacked
from bloomweaver.errors import InvalidCursor
from bloomweaver.runs.folding import Memory
from bloomweaver.runs.ports import Place, RunList
from bloomweaver.runs.requests import EVENTS_MAX


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
    after = TimePlace(place.started_at, place.id) if place is not None else None
    return cursors.time_cursor(_name_of(of), since, until, after)


def place_of(of: RunList, since: str | None, until: str | None, cursor: str | None) -> Place | None:
    """The place that a cursor of this list names. Raises `InvalidCursor`."""
    found = cursors.place_of(_name_of(of), since, until, cursor)
    return Place(started_at=found.time, id=found.id) if found is not None else None


def history_cursor(run_id: str, limit: int, token: str, memory: Memory) -> str:
    """The cursor of the page of a history after this one."""
    return packed(HistoryCursor(of=digest(run_id), limit=limit, token=token, memory=memory))


def history_place(run_id: str, cursor: str) -> HistoryCursor:
    """What a cursor of this run's history says. Raises `InvalidCursor`."""
    found = unpacked(HistoryCursor, cursor)
    if found.of != digest(run_id):
        raise InvalidCursor("this cursor belongs to another run")
    return found


def _name_of(of: RunList) -> str:
    return "\0".join(str(part) for part in ("runs", of.state_machine, of.status, of.doc_hash))
