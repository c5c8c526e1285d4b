"""Waits until the pipeline is done with documents, by asking about one after the other.

That is for one document, and for who measures: to wait for many, `cli.live.settling` costs the API far less.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from bloomweaver.models.record import Status
from cli.answers import Document
from cli.client import Api

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 1.0

_UNDER_WAY = {Status.QUEUED, Status.PROCESSING, Status.DELETING}


@dataclass
class Settlement:
    """How the documents ended, and which were still under way when the time was up."""

    ended: list[Document] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)


def is_done(wanted: int, version: int, status: Status) -> bool:
    """Whether the pipeline is done with the version `wanted` of a document that stands so, or that has a newer one."""
    return version > wanted or (version == wanted and status not in _UNDER_WAY)


def wait_until_settled(api: Api, versions: Mapping[str, int], seconds: float) -> Settlement:
    """Return when the pipeline is done with the given version of each document (or a newer one), or after `seconds`.

    Put those first that were sent first. Raises `ApiError`.
    """
    deadline = time.monotonic() + seconds
    settlement = Settlement()
    for doc_hash, version in versions.items():
        document = _wait_for(api, doc_hash, version, deadline)
        if is_done(version, document.version, document.status):
            settlement.ended.append(document)
        else:
            settlement.pending.append(doc_hash)
    return settlement


def _wait_for(api: Api, doc_hash: str, version: int, deadline: float) -> Document:
    pause = FIRST_PAUSE_SECONDS
    while True:
        document = api.document(doc_hash)
        left = deadline - time.monotonic()
        if is_done(version, document.version, document.status) or left <= 0:
            return document
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)
