"""Those who watch by live messages while everything fails: after the faults each holds the final state of what it saw.

One watches all documents, another one two folders and some documents. They are clients as `bloomweaver watch` is one,
which ping more often. When all is at rest somebody else watches one document and asks for nothing: what becomes of it
has to come by itself.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from bloomweaver.models import folder_path
from bloomweaver.models.record import DocumentRecord, Status
from cli.client import Api, ApiError
from cli.live.events import CaughtUp, LiveError, Message, Noted, Told, Watching
from cli.live.feed import Feed
from cli.live.known import Known
from faults.findings import Findings
from faults.journal import Journal
from faults.recovery import running_executions
from faults.stand import Stand
from faults.tables import document_records

FOLDERS = ("/east", "/moved")
"""One that documents come to and leave while everything fails, and one that all shelves are moved to in the end."""
PROMISE = "each watcher holds the final state of every document that it saw"
PROMISE_OF_PINGS = "a watcher's pings are answered"
PROMISE_OF_MESSAGES = "what changes is told without being asked for"
_PING_SECONDS = 10.0
_PAUSES = (0.5, 1.0, 2.0)
_AGAIN_SECONDS = 1.0
_WATCHING_SECONDS = 30.0
_CAUGHT_UP_SECONDS = 60.0
_TOLD_SECONDS = 30.0


@dataclass(frozen=True)
class Watched:
    """What came to the watchers."""

    messages: int
    cuts: int
    """How often a connection was cut."""


class _Watcher:
    """Watches some topics in a thread of its own, and keeps the newest that it was told of each document."""

    def __init__(self, stand: Stand, journal: Journal, name: str, topics: Sequence[str]) -> None:
        self._stand, self._journal = stand, journal
        self.name = name
        self._topics = topics
        self.watching = threading.Event()
        self.held: dict[str, Message] = {}
        self.messages = 0
        self.cuts = 0
        self.caught_up = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        # It looks whenever a ping is answered. One whose pings are not is reported for that, and left.
        self._stop.set()
        self._thread.join(2 * _PING_SECONDS)

    def _work(self) -> None:
        known = Known()
        with self._stand.open_api() as api:
            while not self._stop.is_set():
                try:
                    self._watch(api, known)
                except (ApiError, LiveError) as error:
                    # What a person does to whom the command says so.
                    self._journal.note("watcher", name=self.name, error=str(error))
                    self._stop.wait(_AGAIN_SECONDS)

    def _watch(self, api: Api, known: Known) -> None:
        feed = Feed(api.live_ticket, self._topics, known=known, ping_seconds=_PING_SECONDS, pauses=_PAUSES)
        for event in feed.events():
            match event:
                case Watching():
                    self.watching.set()
                case Told():
                    self._take(event.message)
                case CaughtUp():
                    self.caught_up += 1
                case Noted():
                    self.cuts += "cut" in event.text
                    self._journal.note("watcher", name=self.name, noted=event.text)
            if self._stop.is_set():
                return

    def _take(self, message: Message) -> None:
        self.messages += 1
        held = self.held.get(message["doc_hash"])
        # It may be told under several topics.
        if held is None or message["revision"] >= held["revision"]:
            self.held[message["doc_hash"]] = message


class Watchers:
    """The watchers of a run."""

    def __init__(self, stand: Stand, findings: Findings, journal: Journal, documents: Sequence[str], seed: int) -> None:
        """`documents` are watched by themselves."""
        self._stand, self._findings = stand, findings
        self._documents = documents
        self._seed = seed
        some = [*(f"folder:{folder}" for folder in FOLDERS), *(f"document:{document}" for document in documents)]
        self._of_all = _Watcher(stand, journal, "watcher of all", ["documents"])
        self._of_some = _Watcher(stand, journal, "watcher of some", some)
        self._each = (self._of_all, self._of_some)

    def start(self) -> None:
        """Begin, before anything is sent."""
        for watcher in self._each:
            watcher.start()
        deadline = time.monotonic() + _WATCHING_SECONDS
        for watcher in self._each:
            watcher.watching.wait(max(0.0, deadline - time.monotonic()))

    def stop(self) -> None:
        """End."""
        for watcher in self._each:
            watcher.stop()

    def finish(self) -> Watched:
        """Once all is at rest: have a document change, and hold what each watcher has against the records."""
        self._check_that_it_is_told()
        before = [watcher.caught_up for watcher in self._each]
        deadline = time.monotonic() + _CAUGHT_UP_SECONDS
        for watcher, pings in zip(self._each, before, strict=True):
            # The second one was sent when all was at rest.
            while watcher.caught_up < pings + 2 and time.monotonic() < deadline:
                time.sleep(0.1)
            if watcher.caught_up < pings + 2:
                self._findings.report(PROMISE_OF_PINGS, "", f"{watcher.name}: {watcher.caught_up - pings} of 2 were")
        records = {record.doc_hash: record for record in document_records(self._stand)}
        self._check(self._of_all, records, records.keys())
        self._check(self._of_some, records, {name for name, record in records.items() if self._is_among_some(record)})
        return Watched(sum(each.messages for each in self._each), sum(each.cuts for each in self._each))

    def _is_among_some(self, record: DocumentRecord) -> bool:
        return record.doc_hash in self._documents or _is_in_folders(record.folder)

    def _check(self, watcher: _Watcher, records: Mapping[str, DocumentRecord], watched: Set[str]) -> None:
        for doc_hash in sorted(watched):
            expected, held = _shown(records[doc_hash]), watcher.held.get(doc_hash, {})
            if {name: held.get(name) for name in expected} != expected:
                self._findings.report(PROMISE, doc_hash, f"{watcher.name} holds {held}, should hold {expected}")
        for doc_hash in sorted(watcher.held.keys() - watched):
            if _is_in_folders(folder := watcher.held[doc_hash]["folder"]):
                evidence = f"{watcher.name} has it in {folder}, and it is in {records[doc_hash].folder}"
                self._findings.report(PROMISE, doc_hash, evidence)

    def _check_that_it_is_told(self) -> None:
        doc_hash = f"told-{self._seed}"
        body = {"operation": "CREATE", "doc_hash": doc_hash, "content_type": "text/plain", "content": "A note."}
        with self._stand.open_api() as api:
            steps: tuple[tuple[Callable[[], object], Status], ...] = (
                (lambda: api.submit(body), Status.INDEXED),
                (lambda: api.delete(doc_hash), Status.DELETED),
            )
            given = api.live_ticket()
            with connect(f"{given.url}?ticket={given.ticket}", legacy=True) as socket:
                socket.send(json.dumps({"action": "subscribe", "topic": f"document:{doc_hash}"}))
                try:
                    for send, status in steps:
                        send()
                        self._wait_until_told(socket.recv, doc_hash, status)
                except WebSocketException as error:
                    self._findings.report(PROMISE_OF_MESSAGES, doc_hash, f"the connection ended: {error}")
        self._wait_until_at_rest()

    def _wait_until_told(self, receive: Any, doc_hash: str, status: Status) -> None:
        told: list[str] = []
        deadline = time.monotonic() + _TOLD_SECONDS
        while status not in told:
            try:
                frame = json.loads(receive(timeout=max(0.0, deadline - time.monotonic())))
            except TimeoutError:
                self._findings.report(PROMISE_OF_MESSAGES, doc_hash, f"of '{status}' nothing was told, only {told}")
                return
            told += [message["status"] for message in frame["messages"]]

    def _wait_until_at_rest(self) -> None:
        # Its execution goes on for a moment after the record's last change.
        deadline = time.monotonic() + _TOLD_SECONDS
        while running_executions(self._stand) and time.monotonic() < deadline:
            time.sleep(0.1)


def _is_in_folders(folder: str) -> bool:
    return any(folder_path.is_within(folder, each) for each in FOLDERS)


def _shown(record: DocumentRecord) -> dict[str, Any]:
    """What a message says of a document that stands so, apart from what may change unseen."""
    return {
        "at": record.updated_at,
        "status": record.status,
        "operation": record.operation,
        "version": record.version,
        "indexed_version": record.served_version,
        "title": record.title,
        "folder": record.folder,
    }
