"""Waits until the pipeline is done with many documents, by what is told of them."""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, field

from bloomweaver.documents.acceptance import FAILED
from bloomweaver.models.record import Status
from cli import output
from cli.answers import Accepted, Document
from cli.client import Api
from cli.live.events import Message, Missed, Noted, Told
from cli.live.following import follow
from cli.parallel import in_parallel
from cli.waiting import is_done


@dataclass(frozen=True)
class Awaited:
    """A document, and the version that the pipeline has to be done with. A newer one is the business of its sender."""

    doc_hash: str
    version: int
    status: Status | None
    """Where that stood at some time after the cursor; none where this is not known, so that it has to be asked."""

    @classmethod
    def sent(cls, accepted: Accepted) -> "Awaited":
        """A document that was just sent."""
        status = Status.QUEUED if accepted.status == "queued" else None
        return cls(accepted.doc_hash, accepted.version, status)


@dataclass
class Settlement:
    """How the documents ended, and which were still under way when the time was up."""

    ended: dict[str, Status] = field(default_factory=dict)
    unsuccessful: list[Document] = field(default_factory=list)
    """Those that ended as `failed` or `partial`."""
    pending: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether all are done, and none failed."""
        return not (self.pending or self.unsuccessful)

    def counts(self) -> dict[str, int]:
        """How many documents ended in each status, and `pending`."""
        return {**Counter(status.value for status in self.ended.values()), "pending": len(self.pending)}


def wait_until_settled(
    api: Api,
    awaited: Collection[Awaited],
    seconds: float,
    *,
    cursor: str,
    topic: str,
    threads: int = 1,
    settled: Callable[[], object] = lambda: None,
) -> Settlement:
    """Return when the pipeline is done with each document, or after so many seconds.

    `topic` is one that all of them belong to, and `cursor` one of before they were sent, so that all that becomes of
    them is told. `settled` is called for each that is done. Raises `ApiError`.
    """
    until = time.monotonic() + seconds
    settling = _Settling(api, awaited, threads, settled)
    settling.begin()
    if settling.waits:
        with closing(follow(api, topic, cursor, until)) as events:
            for event in events:
                match event:
                    case Told():
                        settling.told(event.message)
                    case Missed():
                        settling.ask()
                    case Noted():
                        output.note(event.text)
                if not settling.waits:
                    break
    return settling.settlement()


class _Settling:
    """Which documents are done, as far as is known."""

    def __init__(self, api: Api, awaited: Collection[Awaited], threads: int, settled: Callable[[], object]) -> None:
        self._api = api
        self._threads = threads
        self._settled = settled
        self._awaited = awaited
        self._pending = {each.doc_hash: each.version for each in awaited}
        self._ended: dict[str, Status] = {}

    @property
    def waits(self) -> bool:
        return bool(self._pending)

    def begin(self) -> None:
        for each in self._awaited:
            if each.status is not None:
                self._note(each.doc_hash, each.version, each.status)
        self._ask([each.doc_hash for each in self._awaited if each.status is None])

    def told(self, message: Message) -> None:
        self._note(message["doc_hash"], message["version"], Status(message["status"]))

    def ask(self) -> None:
        """Ask about each that is not done."""
        self._ask(list(self._pending))

    def settlement(self) -> Settlement:
        unsuccessful = [doc_hash for doc_hash, status in self._ended.items() if status in FAILED]
        return Settlement(self._ended, list(self._documents(unsuccessful)), list(self._pending))

    def _ask(self, doc_hashes: Collection[str]) -> None:
        for document in self._documents(doc_hashes):
            self._note(document.doc_hash, document.version, document.status)

    def _documents(self, doc_hashes: Collection[str]) -> Iterator[Document]:
        with in_parallel(self._api.document, doc_hashes, self._threads) as documents:
            yield from documents

    def _note(self, doc_hash: str, version: int, status: Status) -> None:
        if doc_hash in self._pending and is_done(self._pending[doc_hash], version, status):
            del self._pending[doc_hash]
            self._ended[doc_hash] = status
            self._settled()
