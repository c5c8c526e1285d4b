"""A folder's change from one call to the next: its documents are edited or deleted, a few at a time, by the usual way.

The folder's list is gone through again and again, until a look finds nothing to do. The last look begins once the lists
are known to have everything that was sent before the change was asked for, however late they were. Each document is
changed on the condition that it is as it was seen, so that whatever a client does meanwhile goes before.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bloomweaver import keys
from bloomweaver.audit.entries import Asked, Caller, CallerKind
from bloomweaver.audit.routes import Action
from bloomweaver.documents.acceptance import Answer, Submission, accept
from bloomweaver.documents.auditing import entry_of_answer
from bloomweaver.documents.edits import Edit, Edits
from bloomweaver.documents.transition import transition
from bloomweaver.errors import BodyExpired, DocumentDeleted, FolderChangeOvertaken, UnexpectedVersion
from bloomweaver.folder_changes.ports import ChangeRegister
from bloomweaver.library.catching_up import CatchingUp
from bloomweaver.library.listed import Order, Scope
from bloomweaver.library.reading import Lists, Wanted
from bloomweaver.models import folder_path
from bloomweaver.models.folder_change import (
    ACCEPTED,
    FolderChange,
    FolderChangeCounts,
    FolderChangePhase,
    FolderChangeProgress,
    FolderChangeReport,
    FolderOperation,
    NotChanged,
)
from bloomweaver.models.left import LeftDocuments
from bloomweaver.models.record import ENDED, DocumentRecord, Operation, Status
from bloomweaver.models.run import StateMachine, run_id
from bloomweaver.ports import Clock, DocumentRecords, Objects, OperationQueue
from bloomweaver.progress.notes import Step
from bloomweaver.progress.noting import Say, say_nothing
from bloomweaver.progress.progress import ProgressUnit

SETTLE_SECONDS = 5.0
"""A document that was sent shortly before is in the records' lists by status after so long."""
CATCH_UP_SECONDS = 20.0
"""For how long the lists are brought up to the records, until it is looked again whether a call is to end."""
PAUSE_SECONDS = 0.5
_ACTIONS = {FolderOperation.MOVE: Action.MOVE_FOLDER, FolderOperation.DELETE: Action.DELETE_FOLDER}
_NOT_WHOLE = {Status.FAILED: NotChanged.FAILED, Status.PARTIAL: NotChanged.PARTIAL}


@dataclass(frozen=True)
class Parts:
    """Everything that a change of a folder reads and writes."""

    records: DocumentRecords
    lists: Lists
    catching_up: CatchingUp
    register: ChangeRegister
    edits: Edits
    queue: OperationQueue
    objects: Objects


class FolderChanger:
    """Does one call's share of a change."""

    def __init__(
        self,
        parts: Parts,
        clock: Clock,
        *,
        at_a_time: int,
        call_seconds: float,
        say: Say = say_nothing,
        monotonic: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """At most `at_a_time` documents are on their way together, so that those of clients need not wait long."""
        self._parts = parts
        self._clock = clock
        self._at_a_time = at_a_time
        self._call_seconds = call_seconds
        self._say = say
        self._monotonic = monotonic
        self._pause = pause

    def go_on(self, name: str, change: FolderChange, progress: FolderChangeProgress) -> FolderChangeProgress:
        """Go on for about as long as a call may take, and write the report as it is then.

        Raises `FolderChangeOvertaken`, `StorageUnavailable` and `RecordContended`; repeating a call is safe.
        """
        if name not in self._parts.register.running().changes:
            raise FolderChangeOvertaken(f"the register of running changes does not have '{name}'")
        deadline = self._monotonic() + self._call_seconds
        if not progress.begun:
            known = FolderChangeCounts(documents=self._parts.lists.count(change.folder))
            progress = self._look_again(progress.model_copy(update={"counts": known}))
            self._report(name, change, progress)
        reported = progress
        while progress.phase is not FolderChangePhase.DONE:
            progress, waits = self._step(name, change, progress)
            self._say(_step_of(progress))
            if self._monotonic() >= deadline:
                break
            if waits:
                if progress != reported:
                    self._report(name, change, progress)
                    reported = progress
                self._pause(PAUSE_SECONDS)
        self._report(name, change, progress)
        return progress

    def _step(
        self, name: str, change: FolderChange, progress: FolderChangeProgress
    ) -> tuple[FolderChangeProgress, bool]:
        """A look at what is under way, and at a part of the list if there is room. Returns whether to wait a little."""
        progress = self._follow(progress)
        if not progress.looked and len(progress.accepted) < self._at_a_time:
            return self._part(name, change, progress), False
        if progress.accepted:
            return progress, True
        if progress.unsettled:
            return self._look_again(progress), False
        if not progress.caught_up:
            return self._catch_up(change, progress)
        return progress.model_copy(update={"phase": FolderChangePhase.DONE}), False

    def _catch_up(self, change: FolderChange, progress: FolderChangeProgress) -> tuple[FolderChangeProgress, bool]:
        """Bring the lists up to what was sent before the change was asked for, and look again once they are."""
        settled = datetime.fromisoformat(change.asked_at) + timedelta(seconds=SETTLE_SECONDS)
        if datetime.fromisoformat(self._clock()) < settled:
            return progress, True
        self._parts.catching_up.run(CATCH_UP_SECONDS)
        if not self._parts.catching_up.is_up_to(change.asked_at):
            return progress, False
        return self._look_again(progress.model_copy(update={"caught_up": True})), False

    def _follow(self, progress: FolderChangeProgress) -> FolderChangeProgress:
        """What became of the documents that are under way."""
        records = self._parts.records.get_many(progress.accepted)
        accepted, counts = dict(progress.accepted), progress.counts
        for doc_hash, version in progress.accepted.items():
            record = records.get(doc_hash)
            if record is not None and record.version == version and record.status not in ENDED:
                continue
            del accepted[doc_hash]
            # What a client sent since is the client's.
            reason = _NOT_WHOLE.get(record.status) if record is not None and record.version == version else None
            counts = (
                counts.model_copy(update={"done": counts.done + 1})
                if reason is None
                else _left(counts, reason, doc_hash)
            )
        return progress.model_copy(update={"accepted": accepted, "counts": counts})

    def _part(self, name: str, change: FolderChange, progress: FolderChangeProgress) -> FolderChangeProgress:
        wanted = Wanted(folder=change.folder, scope=Scope.BELOW, order=Order.TITLE)
        page = self._parts.lists.documents(wanted, self._at_a_time - len(progress.accepted), progress.cursor)
        accepted, counts, unsettled = dict(progress.accepted), progress.counts, progress.unsettled
        for record in page.records:
            reason = self._reason_to_stay(change, record)
            if reason is None:
                try:
                    accepted[record.doc_hash] = self._change(name, change, record).version
                    unsettled = True
                except (UnexpectedVersion, DocumentDeleted):
                    unsettled = True  # a client was faster: the next look sees what it has come to
                except BodyExpired:
                    reason = NotChanged.NO_CONTENT
            if reason is not None:
                counts = _left(counts, reason, record.doc_hash)
        changes = {"accepted": accepted, "counts": counts, "unsettled": unsettled}
        return progress.model_copy(update={**changes, "cursor": page.cursor, "looked": page.cursor is None})

    def _reason_to_stay(self, change: FolderChange, record: DocumentRecord) -> NotChanged | None:
        if change.operation is FolderOperation.DELETE:
            return NotChanged.NEWER if (record.accepted_at or record.created_at) > change.asked_at else None
        try:
            _moved(change, record)
        except ValueError:
            return NotChanged.NO_PLACE
        return None

    def _change(self, name: str, change: FolderChange, record: DocumentRecord) -> Answer:
        """Accept the change of a document. Raises `UnexpectedVersion`, `DocumentDeleted` and `BodyExpired`."""
        asked = _asked(name, change)
        if change.operation is FolderOperation.MOVE:
            edit = Edit(folder=_moved(change, record), expected_version=record.version)
            return self._parts.edits.accept(record.doc_hash, edit, asked)
        submission = Submission(
            operation=Operation.DELETE,
            doc_hash=record.doc_hash,
            correlation_id=asked.correlation_id,
            expected_version=record.version,
        )
        answer = transition(
            self._parts.records,
            record.doc_hash,
            lambda current: accept(current, submission, self._clock()),
            entry_of=entry_of_answer(asked, self._clock),
        )
        if answer.message is not None:
            # After the record: if this does not come through, the sweep sends it.
            self._parts.queue.send(answer.message)
        return answer

    def _look_again(self, progress: FolderChangeProgress) -> FolderChangeProgress:
        left = {
            reason: documents if reason in ACCEPTED else LeftDocuments()
            for reason, documents in progress.counts.left.items()
        }
        return FolderChangeProgress(
            begun=True,
            caught_up=progress.caught_up,
            accepted=progress.accepted,
            counts=progress.counts.model_copy(update={"left": left}),
        )

    def _report(self, name: str, change: FolderChange, progress: FolderChangeProgress) -> None:
        report = FolderChangeReport(
            id=name,
            change=change,
            done=progress.phase is FolderChangePhase.DONE,
            updated_at=self._clock(),
            counts=progress.counts,
            under_way=len(progress.accepted),
        )
        self._parts.objects.put(keys.folder_report_key(name), report.model_dump_json().encode())


def _asked(name: str, change: FolderChange) -> Asked:
    """What the change asks of each of its documents. Who asked for the change is in the entry of that."""
    run = Caller(kind=CallerKind.OPERATION, subject=run_id(StateMachine.FOLDER_CHANGE, name))
    return Asked(_ACTIONS[change.operation], run, correlation_id=f"folder-{name}")


def _step_of(progress: FolderChangeProgress) -> Step:
    counts = progress.counts
    done = counts.done + sum(counts.left[reason].count for reason in ACCEPTED if reason in counts.left)
    return Step(StateMachine.FOLDER_CHANGE, progress.phase, ProgressUnit.DOCUMENTS, done, counts.documents)


def _moved(change: FolderChange, record: DocumentRecord) -> str:
    """The document's folder afterwards. Raises `ValueError` where that can be none."""
    return folder_path.moved(record.folder, change.folder, change.to or change.folder)


def _left(counts: FolderChangeCounts, reason: NotChanged, doc_hash: str) -> FolderChangeCounts:
    left = counts.left.get(reason, LeftDocuments()).and_one(doc_hash)
    return counts.model_copy(update={"left": {**counts.left, reason: left}})
