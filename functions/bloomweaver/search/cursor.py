"""Where a page of a search ended, and what the pages after it go on with.

A cursor is opaque to its owner, and trusted in nothing: it names places in lists that are made anew, and its bounds are
checked. It holds no text and no query, only a digest of the request that it belongs to.
"""

import base64
import binascii
import hashlib
import json
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bloomweaver.errors import InvalidCursor
from bloomweaver.search.fusion import Scales
from bloomweaver.search.request import SearchRequest

FORMAT = 1
DIGEST_CHARACTERS = 22


class Position(BaseModel):
    """The last hit that was looked at in the list of an index, and a digest of all up to it."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    phrases: int
    block: int
    score: float
    id: str
    seen: str


class Cursor(BaseModel):
    """What the next page starts from."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    format: int = FORMAT
    request: str
    """A digest of the request, see `digest`."""
    depth: Annotated[int, Field(ge=1)]
    """How many candidates each leg gives."""
    scales: dict[str, Scales]
    """By index."""
    positions: dict[str, Position]
    """By index; one that is not there is at its start."""
    reranked: bool


def digest(request: SearchRequest) -> str:
    """Of everything that decides which hits there are and how they are ordered, page size and explanations apart."""
    what = [request.query, request.filter, request.folder, request.mode, request.min_score, request.rerank]
    return of_text(json.dumps(what, sort_keys=True))


def of_text(text: str) -> str:
    """A short digest."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()[:DIGEST_CHARACTERS]


def encode(cursor: Cursor) -> str:
    """The cursor as its owner gets it."""
    return base64.urlsafe_b64encode(cursor.model_dump_json().encode()).decode().rstrip("=")


def decode(given: str, request: SearchRequest, depth_max: int) -> Cursor:
    """The cursor that `encode` made, for the same request. Raises `InvalidCursor`."""
    try:
        cursor = Cursor.model_validate_json(base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)))
    except (binascii.Error, ValidationError, ValueError) as error:
        raise InvalidCursor("it is none that a search gave") from error
    if cursor.format != FORMAT or cursor.depth > depth_max:
        raise InvalidCursor("it is none that this version gave: search anew")
    if cursor.request != digest(request):
        raise InvalidCursor("it belongs to another query, filter, folder, mode, min_score or rerank")
    return cursor
