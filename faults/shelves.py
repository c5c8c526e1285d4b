"""Documents that are edited, and folders that are moved and deleted with all in them, while everything fails.

Their texts never change, so the model can follow what nobody was told of: a document that a folder's run may have
moved may be where that leads, or where it was.
"""

import itertools
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import httpx

from bloomweaver.models import folder_path
from bloomweaver.models.record import Operation
from cli.answers import FolderChange
from cli.client import Api, ApiError
from faults.findings import Findings
from faults.journal import Journal
from faults.model import Known, Model
from faults.sender import Sender
from faults.size import RunSize
from faults.stand import Stand
from faults.workload import Change, long_change

_FOLDERS = ("/shelf/a", "/shelf/a/b", "/shelf/c", "/shelf/c/d/e")
_MOVES = (("/shelf/a", "/shelf/x/y"), ("/shelf/x/y", "/shelf/c"), ("/shelf/c", "/shelf/a"))
"""Round and round, so that there are few places where a document can come to be."""
_DISCARDED = "/discard"
_FIRST_NUMBER = 70_000
"""Of the changes: above all numbers of the workload, below those of documents that are singled out."""
_PAUSE_SECONDS = 1.0
_RUN_SECONDS = 60.0
"""The most that is waited for a folder's run. One that hangs is found at the end."""
_AT_REST_SECONDS = 120.0
_ENDED_SECONDS = 240.0
"""The most that a change of a folder may go on once all is at rest: it may wait 120 seconds between two tries of a call
that was throttled, and has work to do then."""
_LISTED_SECONDS = 30.0
PROMISE = "a folder is moved, or deleted, with all in it"


class Shelves:
    """Edits documents, moves folders, and deletes one, until it is told to stop."""

    def __init__(
        self, stand: Stand, sender: Sender, model: Model, findings: Findings, journal: Journal, seed: int, size: RunSize
    ) -> None:
        self._stand, self._sender, self._model = stand, sender, model
        self._findings, self._journal = findings, journal
        self._chance = {name: random.Random(f"shelves-{name}-{seed}") for name in ("edits", "moves")}
        self._edited = tuple(f"edited-{seed}-{number:02d}" for number in range(size.edited))
        self._discarded = tuple(f"discarded-{seed}-{number:02d}" for number in range(size.edited // 2))
        self._first = {
            doc_hash: long_change(_FIRST_NUMBER + number, doc_hash, Operation.CREATE)
            for number, doc_hash in enumerate(self.documents)
        }
        self._numbers = itertools.count(_FIRST_NUMBER + len(self._first))
        self._moving: list[tuple[str, str]] = []
        """Moves that run, or may: of some nobody was told how they ended."""
        self._deleting: tuple[str, dict[str, Known]] | None = None
        """The deletion that runs, with what was known of its documents when it was asked for."""
        self._lock = threading.Lock()
        """Of what may be moving, and of what the model is told about it."""
        self._all_sent = threading.Event()
        self._stop = threading.Event()
        self._failures: list[BaseException] = []
        self._threads: list[threading.Thread] = []
        self._at_rest = False
        self.moves = 0
        """Folders that were moved to their end."""
        self.deletes = 0

    @property
    def documents(self) -> tuple[str, ...]:
        """Their names."""
        return self._edited + self._discarded

    def start(self, deadline: float) -> None:
        """Begin. Nothing is sent after `deadline`, of `time.monotonic`."""
        for work in (self._edit, self._move):
            thread = threading.Thread(target=self._work, args=(work, deadline), name=work.__name__, daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """End. Raises what one of the threads raised."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        if self._failures:
            raise self._failures[0]

    def finish(self) -> None:
        """Once all is at rest: move all shelves, and see that nothing stays behind. The same of what is deleted."""
        self._at_rest = True
        with self._stand.open_api() as api:
            if not self._delete_once_free(api):
                self._findings.report(PROMISE, "", f"with all at rest {_DISCARDED} was not deleted")
            there = {doc: api.document(doc).folder for doc in self._edited if self._model.known(doc).version}
            if not any(folder_path.is_within(folder, "/shelf") for folder in there.values()):
                return
            self._wait_until_listed(api, list(there.values()))
            change = self._move_once_free(api, "/shelf", "/moved/shelf")
            if change is None or change.report is None or not change.report.done or change.report.unchanged:
                self._findings.report(PROMISE, "", f"with all at rest it came to {change}")
            for doc_hash in there:
                if folder_path.is_within(folder := api.document(doc_hash).folder, "/shelf"):
                    self._findings.report(PROMISE, doc_hash, f"it stayed in {folder}")

    def _delete_once_free(self, api: Api) -> bool:
        """Delete what is to be deleted, if that was not done before, once what still changes it has ended."""
        deadline = time.monotonic() + _ENDED_SECONDS
        while not self.deletes:
            if self._deleting is None and not any(self._is_there(api, doc_hash) for doc_hash in self._discarded):
                # Nothing else deletes them: the answer to who asked for it was lost.
                self.deletes += any(self._model.known(doc_hash).version for doc_hash in self._discarded)
                break
            self._delete_folder(api, time.monotonic() + _AT_REST_SECONDS)
            if time.monotonic() > deadline:
                return bool(self.deletes)
            time.sleep(_PAUSE_SECONDS)
        return True

    def _is_there(self, api: Api, doc_hash: str) -> bool:
        return bool(self._model.known(doc_hash).version) and api.document(doc_hash).operation is not Operation.DELETE

    def _wait_until_listed(self, api: Api, folders: Sequence[str]) -> None:
        there = sum(folder_path.is_within(folder, "/shelf") for folder in folders)
        deadline = time.monotonic() + _LISTED_SECONDS
        while api.folders("/shelf").documents != there and time.monotonic() < deadline:
            time.sleep(_PAUSE_SECONDS)

    def _work(self, work: Callable[[float], None], deadline: float) -> None:
        try:
            work(deadline)
        except BaseException as error:  # noqa: BLE001 - raised again by `stop`
            self._failures.append(error)

    def _edit(self, deadline: float) -> None:
        chance = self._chance["edits"]
        with self._stand.connect() as http:
            for doc_hash in self.documents:
                folder = _DISCARDED if doc_hash in self._discarded else chance.choice(_FOLDERS)
                first = self._first[doc_hash] = replace(self._first[doc_hash], folder=folder, title=doc_hash)
                self._send(http, first, deadline)
            self._all_sent.set()
            while self._goes_on(deadline):
                doc_hash, number = chance.choice(self._edited), next(self._numbers)
                edit = replace(
                    self._first[doc_hash],
                    number=number,
                    operation=Operation.UPDATE,
                    folder=chance.choice(_FOLDERS),
                    title=f"note {number}",
                    is_edit=True,
                )
                self._send(http, edit, deadline)

    def _send(self, http: httpx.Client, change: Change, deadline: float) -> None:
        with self._lock:
            self._model.unsure(change)  # a move may take it up before its sender is answered
            self._note_what_may_move()
        self._sender.deliver(http, change, 0, deadline, self._stop.is_set)

    def _move(self, deadline: float) -> None:
        with self._stand.open_api() as api:
            while self._goes_on(deadline):
                if not self.deletes and self._all_sent.is_set():
                    self._delete_folder(api, deadline)
                source, target = self._chance["moves"].choice(_MOVES)
                self._move_folder(api, source, target, min(_RUN_SECONDS, max(1.0, deadline - time.monotonic())))

    def _goes_on(self, deadline: float) -> bool:
        return not self._stop.wait(_PAUSE_SECONDS) and time.monotonic() < deadline

    def _move_folder(self, api: Api, source: str, target: str, seconds: float) -> FolderChange | None:
        """Move a folder. Returns what it came to, if anybody can tell."""
        with self._lock:
            self._moving.append((source, target))
            self._note_what_may_move()
        try:
            change = self._follow(api, api.move_folder(source, target).id, seconds)
        except ApiError as error:
            self._journal.note("no move", folder=source, to=target, error=str(error))
            return None
        if change.status != "running":
            with self._lock:
                self._moving.remove((source, target))
        self._journal.note("moved", folder=source, to=target, came_to=change.model_dump(mode="json"))
        self.moves += change.status == "succeeded"
        return change

    def _move_once_free(self, api: Api, source: str, target: str) -> FolderChange | None:
        """Move a folder once what still changes it has ended."""
        deadline = time.monotonic() + _ENDED_SECONDS
        while (change := self._move_folder(api, source, target, _AT_REST_SECONDS)) is None:
            if time.monotonic() > deadline:
                break
            time.sleep(_PAUSE_SECONDS)
        return change

    def _note_what_may_move(self) -> None:
        moving = sorted(set(self._moving))
        for source, target in moving * len(moving):  # one may go on with what another one moved

            def becomes(change: Change, source: str = source, target: str = target) -> Change | None:
                if not folder_path.is_within(change.folder, source):
                    return None
                folder = folder_path.moved(change.folder, source, target)
                return replace(change, number=next(self._numbers), operation=Operation.UPDATE, folder=folder)

            self._model.may_change(self._edited, becomes)

    def _delete_folder(self, api: Api, deadline: float) -> None:
        try:
            if self._deleting is None:
                before = {doc_hash: self._model.known(doc_hash) for doc_hash in self._discarded}
                self._model.may_change(self._discarded, self._deleted)
                self._deleting = api.delete_folder(_DISCARDED).id, before
            id_, before = self._deleting
            change = self._follow(api, id_, min(_RUN_SECONDS, deadline - time.monotonic()))
        except ApiError as error:
            self._journal.note("no delete", error=str(error))
            return
        if change.status == "running":
            return
        self._deleting = None
        self._journal.note("deleted", came_to=change.model_dump(mode="json"))
        if change.status == "succeeded" and change.report is not None and not change.report.unchanged:
            self.deletes += 1
            self._note_deleted(api, before)

    def _deleted(self, change: Change) -> Change:
        return Change(next(self._numbers), change.doc_hash, Operation.DELETE)

    def _note_deleted(self, api: Api, before: dict[str, Known]) -> None:
        """From here on nothing of them may be served: the run said so."""
        for doc_hash, known in before.items():
            if not known.version:
                continue  # its creation may come after the deletion
            try:
                document = api.document(doc_hash)
            except ApiError:
                continue
            if document.operation is not Operation.DELETE:
                self._findings.report(PROMISE, doc_hash, f"it is {document.status} in {document.folder}")
            elif document.version > known.version:
                self._model.queued(self._deleted(self._first[doc_hash]), document.version, known)

    def _follow(self, api: Api, id_: str, seconds: float) -> FolderChange:
        deadline = time.monotonic() + seconds
        while (change := api.folder_change(id_)).status == "running" and time.monotonic() < deadline:
            if self._stop.is_set() and not self._at_rest:
                break
            time.sleep(_PAUSE_SECONDS)
        return change
