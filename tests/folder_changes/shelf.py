"""A library in memory whose lists follow its records, with a pipeline that works when it is told to."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bloomweaver import keys
from bloomweaver.audit.entries import AuditEntry
from bloomweaver.documents.edits import Edits
from bloomweaver.folder_changes.changer import SETTLE_SECONDS, FolderChanger, Parts
from bloomweaver.folder_changes.ports import RunningChanges
from bloomweaver.library.catching_up import CatchingUp
from bloomweaver.library.following import follow
from bloomweaver.library.reading import Lists
from bloomweaver.models.folder_change import (
    FolderChange,
    FolderChangePhase,
    FolderChangeProgress,
    FolderChangeReport,
)
from bloomweaver.models.record import DocumentRecord, Operation, Status
from bloomweaver.ports import RecordPage
from bloomweaver.progress.notes import Step
from tests.fakes import MemoryObjects, MemoryQueue, MemoryRecords
from tests.library.memory_listing import MemoryListing
from tests.library.test_following import record

SHA = "a" * 64
NAME = "run-1"
BEFORE = "2026-01-31T00:00:00.000000+00:00"
ASKED_AT = "2026-02-01T00:00:00.000000+00:00"
CALLS_MAX = 200


class MemoryRegister:
    """Implements `ChangeRegister`."""

    def __init__(self) -> None:
        self.now = RunningChanges()
        self.lose_race = False

    def running(self) -> RunningChanges:
        """See `ChangeRegister`."""
        return self.now

    def put(self, running: RunningChanges, *, replaces: RunningChanges) -> bool:
        """See `ChangeRegister`."""
        if self.lose_race or self.now.serial != replaces.serial:
            return False
        self.now = running
        return True


class Clock:
    """Goes on a second with every look, from when the change was asked for."""

    def __init__(self) -> None:
        self.seconds = 0

    def __call__(self) -> str:
        self.seconds += 1
        return f"2026-02-01T{self.seconds // 3600:02}:{self.seconds // 60 % 60:02}:{self.seconds % 60:02}.000000+00:00"


@dataclass
class FollowedRecords(MemoryRecords):
    """Records that are listed as they are written, as soon as `following` lets them."""

    table: MemoryListing = field(default_factory=MemoryListing)
    following: bool = True

    def put(self, record: DocumentRecord, replaces: DocumentRecord | None, entry: AuditEntry | None = None) -> bool:
        done = super().put(record, replaces, entry)
        self.follow_up()
        return done

    def page(self, status: Status, limit: int, cursor: str | None) -> RecordPage:
        having = [record for record in self.records.values() if record.status is status]
        newest = sorted(having, key=lambda record: record.updated_at, reverse=True)
        first = int(cursor or 0)
        return RecordPage(newest[first : first + limit], str(first + limit) if first + limit < len(newest) else None)

    def follow_up(self) -> None:
        """The stream brings what it has."""
        if self.following:
            for each in self.records.values():
                follow(self.table, each)


class Shelf:
    """Some documents, and a change of a folder."""

    def __init__(self, folders: Iterable[str], *, at_a_time: int = 3) -> None:
        self.records = FollowedRecords()
        self.objects, self.sources, self.queue = MemoryObjects(), MemoryObjects(), MemoryQueue()
        self.register, self.clock = MemoryRegister(), Clock()
        self.at_a_time, self.most_under_way = at_a_time, 0
        self.fails: set[str] = set()
        self.said: list[Step] = []
        """How far the change was, each time it said so."""
        self.meanwhile: Callable[[], None] = lambda: None
        for number, folder in enumerate(folders):
            self.add(f"doc-{number}", folder)

    def add(self, doc_hash: str, folder: str, *, has_source: bool = True, accepted_at: str = BEFORE) -> None:
        """A document that is indexed."""
        made = record(doc_hash, folder=folder, sources={"1": SHA}, indexed_version=1, accepted_at=accepted_at)
        made = made.model_copy(update={"updated_at": accepted_at})
        self.records.put(made, None)
        if has_source:
            self.sources.put(keys.source_key(doc_hash, 1, SHA), b"text")

    def work(self) -> None:
        """The pipeline ends whatever is queued."""
        while self.queue.messages:
            message = self.queue.messages.pop(0)
            current = self.records.get(message.doc_hash)
            if current is None or current.version != message.version:
                continue
            deleting = current.operation is Operation.DELETE
            failed = message.doc_hash in self.fails
            ended = Status.FAILED if failed else Status.DELETED if deleting else Status.INDEXED
            changed = {"status": ended, "revision": current.revision + 1}
            if ended is Status.INDEXED:
                changed |= {"indexed_version": current.version, "sources": {str(current.version): SHA}}
                self.sources.put(keys.source_key(message.doc_hash, current.version, SHA), b"text")
            self.records.put(current.model_copy(update=changed), current)

    def run(self, change: FolderChange, *, call_seconds: float = 1e9) -> FolderChangeReport:
        """Do the change from beginning to end, with its progress as the state machine keeps it."""
        self.register.now = RunningChanges(serial=1, changes={NAME: change})
        progress = FolderChangeProgress()
        for _ in range(CALLS_MAX):
            progress = self.changer(call_seconds).go_on(
                NAME, change, FolderChangeProgress.model_validate_json(progress.model_dump_json())
            )
            if progress.phase is FolderChangePhase.DONE:
                return FolderChangeReport.model_validate_json(self.objects.get(keys.folder_report_key(NAME)))
            self._pause(0)
        raise AssertionError("the change does not end")

    def changer(self, call_seconds: float = 1e9) -> FolderChanger:
        """One call's changer."""
        edits = Edits(self.records, self.objects, self.sources, self.queue, self.clock, body_max_bytes=10_000)
        lists = Lists(self.records.table, self.records)
        catching_up = CatchingUp(self.records.table, self.records, self.clock)
        parts = Parts(self.records, lists, catching_up, self.register, edits, self.queue, self.objects)
        return FolderChanger(
            parts,
            self.clock,
            at_a_time=self.at_a_time,
            call_seconds=call_seconds,
            say=self.said.append,
            pause=self._pause,
        )

    def folders(self) -> dict[str, str]:
        """Where each document is that is not deleted."""
        there = self.records.records.values()
        return {each.doc_hash: each.folder for each in there if each.operation is not Operation.DELETE}

    def _pause(self, _: float) -> None:
        self.most_under_way = max(self.most_under_way, len(self.queue.messages))
        self.meanwhile()
        self.work()


assert SETTLE_SECONDS < CALLS_MAX, "the clock goes on a second with every look"
