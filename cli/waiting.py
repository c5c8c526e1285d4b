"""Waits until the pipeline is done with documents."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bloomweaver.models.record import Status
from cli.answers import Document
from cli.client import Api
from cli.parallel import in_parallel

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 1.0

_UNDER_WAY = {Status.QUEUED, Status.PROCESSING, Status.DELETING}


@dataclass
class Settlement:
    """How the documents ended, and which were still under way when the time was up."""

    ended: list[Document] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """How many documents ended in each status, and `pending`."""
        counts = Counter(document.status.value for document in self.ended)
        return {**counts, "pending": len(self.pending)}

    def without_success(self) -> list[Document]:
        """Those that ended as `failed` or `partial`."""
        return [document for document in self.ended if document.status in (Status.FAILED, Status.PARTIAL)]


def wait_until_settled(
    api: Api,
    versions: Mapping[str, int],
    seconds: float,
    *,
    threads: int = 1,
    settled: Callable[[Document], None] = lambda _: None,
) -> Settlement:
    """Return when the pipeline is done with the given version of each document (or a newer one), or after `seconds`.

    `settled` is called with each document that is done. The documents are asked about one after the other, `threads`
    at a time, so put those first that were sent first. Raises `ApiError`.
    """
    deadline = time.monotonic() + seconds

    def wait_for(doc_hash: str) -> Document:
        pause = FIRST_PAUSE_SECONDS
        while True:
            document = api.document(doc_hash)
            left = deadline - time.monotonic()
            if _is_done(document, versions[doc_hash]) or left <= 0:
                return document
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)

    settlement = Settlement()
    with in_parallel(wait_for, versions, threads) as documents:
        for document in documents:
            if _is_done(document, versions[document.doc_hash]):
                settlement.ended.append(document)
                settled(document)
            else:
                settlement.pending.append(document.doc_hash)
    return settlement


def _is_done(document: Document, version: int) -> bool:
    # A newer version is the business of whoever sent it.
    return document.version > version or document.status not in _UNDER_WAY
