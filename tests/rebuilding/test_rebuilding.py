"""The rebuild's rules: what is restored, what is left out and why, and what becomes of changing documents."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from bloomweaver import keys
from bloomweaver.documents.epoch import RecordsWithEpoch
from bloomweaver.errors import (
    BackupUnavailable,
    IndexUnusable,
    RebuildRunning,
    StorageUnavailable,
    UnknownIndex,
    VectorIndexRejected,
    VectorIndexUnavailable,
)
from bloomweaver.indexes.filling import STARTING_SECONDS
from bloomweaver.models.chunk import IndexedChunk
from bloomweaver.models.index_card import IndexCard, IndexSettings, IndexState
from bloomweaver.models.rebuild import BatchReport, Fate, ListedObject, Phase, RebuildProgress, RebuildReport
from bloomweaver.models.record import Operation, Status
from bloomweaver.rebuilding import restorer as restoring
from bloomweaver.rebuilding import verification as verifying
from bloomweaver.rebuilding.batches import restore_batch
from bloomweaver.rebuilding.restorer import Restorer
from bloomweaver.rebuilding.starting import Target, hold, release, start
from bloomweaver.rebuilding.switch import Switch
from bloomweaver.rebuilding.verification import Verification
from tests.fakes import INDEX, MemoryIndexes, MemoryObjects, MemoryRebuilds, MemoryVectors
from tests.reconciliation.reconciled_documents import DIMENSION, MODEL, NOW, World, backup

ID = "rebuild-1"
OLD = "old"
STARTED_AT = "2026-01-01T20:00:00.5Z"
MEANWHILE = "2026-01-01T21:00:00.000000+00:00"
SETTINGS = IndexSettings(
    model=MODEL, dimension=DIMENSION, chunk_max_tokens=8, chunk_overlap_tokens=0, analyser_version=1
)
TARGET = Target(INDEX, SETTINGS)


def card(name: str, settings: IndexSettings = SETTINGS, **changes: Any) -> IndexCard:
    made = IndexCard(index_name=name, settings=settings, state=IndexState.LIVE, created_at=NOW)
    return made.model_copy(update=changes)


@dataclass
class Index(MemoryVectors):
    """An index that something happens to. `refuse` says why it does not take a chunk."""

    after_upsert: list[Callable[[], object]] = field(default_factory=list)
    refuse: Callable[[IndexedChunk], str | None] = lambda _: None
    upserts: int = 0

    def upsert(self, chunks: Sequence[IndexedChunk]) -> None:
        self.upserts += 1
        for chunk in chunks:
            if reason := self.refuse(chunk):
                raise VectorIndexRejected(reason)
        super().upsert(chunks)
        if self.after_upsert:
            self.after_upsert.pop(0)()


@dataclass
class Rebuilding:
    """A world whose index was lost, and rebuilds of it."""

    world: World = field(default_factory=World)
    index: Index = field(default_factory=Index)
    reports: MemoryObjects = field(default_factory=MemoryObjects)
    calls: int = 0
    """Of the verification."""

    def restorer(self) -> Restorer:
        return Restorer(
            self.world.records, self.world.epochs, self.index, self.world.backups, target=TARGET, source=INDEX
        )

    def listed(self) -> list[ListedObject]:
        return [ListedObject(key=key, size=len(data)) for key, data in sorted(self.world.backups.objects.items())]

    def restore(self, objects: Sequence[ListedObject] | None = None) -> dict[Fate, int]:
        """Restore a batch, of everything unless it says otherwise. Returns how many of each fate."""
        batch = self.listed() if objects is None else objects
        return restore_batch(self.restorer(), self.reports, ID, batch).fates

    def verify(self, *, call_seconds: float = 1e9, again: bool = False) -> RebuildReport:
        """Verify from beginning to end; with `again` every call is made twice."""
        progress = RebuildProgress()
        while progress.phase is not Phase.DONE:
            for _ in range(2 if again else 1):
                # What travels between two calls is JSON.
                given = RebuildProgress.model_validate_json(progress.model_dump_json())
                following = self.verification(call_seconds).go_on(ID, given)
                self.calls += 1
            progress = following
        return RebuildReport.model_validate_json(self.reports.get(keys.rebuild_report_key(ID)))

    def verification(self, call_seconds: float = 1e9) -> Verification:
        return Verification(
            self.world.records,
            self.world.epochs,
            self.index,
            self.reports,
            self.restorer(),
            None,
            lambda: NOW,
            index=INDEX,
            source=INDEX,
            started_at=NOW,
            call_seconds=call_seconds,
        )

    def deleted(self, doc_hash: str = "doc") -> None:
        """Accept a DELETE of the document."""
        version = self.world.records.records[doc_hash].version + 1
        self.world.change(
            doc_hash, version=version, deleted_version=version, operation=Operation.DELETE, status=Status.DELETING
        )

    def replaced(self, doc_hash: str = "doc") -> None:
        """Publish a next version, which has removed the one before."""
        record = self.world.records.records[doc_hash]
        for id_ in keys.vector_ids(doc_hash, record.version, record.chunk_count):
            self.index.delete([id_])
        version = record.version + 1
        self.index.upsert([self.chunk(doc_hash, version, 0)])
        self.world.change(doc_hash, version=version, indexed_version=version, chunk_count=1)
        self.world.add_backup(doc_hash, version, 0)

    def chunk(self, doc_hash: str, version: int, index: int) -> IndexedChunk:
        other = MemoryVectors()
        world = World(vectors=other)
        return other.chunks[world.add_vector(doc_hash, version, index)]


@pytest.fixture
def it() -> Rebuilding:
    return Rebuilding()


# What is restored ----------------------------------------------------------------------------------------------------


def test_the_index_is_as_it_was(it: Rebuilding) -> None:
    for number in range(5):
        it.world.add(f"doc-{number}", version=number + 1, chunks=3)
    assert it.restore() == {Fate.RESTORED: 15}
    assert it.index.chunks == it.world.vectors.chunks
    report = it.verify()
    assert (report.done, report.counts.sound, report.problems) == (True, True, [])
    assert (report.counts.documents, report.counts.chunks, report.counts.late) == (5, 15, 0)


def test_repeating_changes_and_counts_nothing_more(it: Rebuilding) -> None:
    it.world.add(chunks=3)
    it.world.add_backup("doc", 1, 0, text="another text")
    assert it.restore() == it.restore() == {Fate.RESTORED: 2, Fate.BROKEN: 1}
    first = it.verify()
    assert it.verify(again=True, call_seconds=0) == first
    assert first.counts.objects[Fate.RESTORED] == 2


def test_an_older_version_that_is_still_served_is_restored_with_its_own_title(it: Rebuilding) -> None:
    it.world.add(version=2, chunks=2)
    it.world.change(version=3, status=Status.PROCESSING, title="the next title")
    assert it.restore() == {Fate.RESTORED: 2}
    assert {chunk.title for chunk in it.index.chunks.values()} == {"title"}


def test_a_passage_gets_the_keywords_of_its_document_s_language(it: Rebuilding) -> None:
    it.world.add(chunks=2)
    text = "Die Häuser"
    digest = hashlib.sha256(text.encode()).hexdigest()
    it.world.add_backup("doc", 1, 0, text=text, sha256=digest, language="de")
    it.world.add_backup("doc", 1, 1, text=text, sha256=digest)  # in a language that was not found out
    assert it.restore() == {Fate.RESTORED: 2}
    found = [chunk.keywords.split() for _, chunk in sorted(it.index.chunks.items())]
    assert ["0haus" in terms for terms in found] == [True, False]
    assert all({"hauser", "title"} <= set(terms) for terms in found)


def test_what_is_not_served_is_left_out(it: Rebuilding) -> None:
    it.world.add("doc", version=2, chunks=2)
    it.world.add_backup("doc", 1, 0)
    it.world.add_backup("doc", 2, 2)  # above the count
    it.world.add_backup("nobody", 1, 0)
    it.world.add("deleted", version=1, chunks=1)
    it.deleted("deleted")
    it.world.backups.put("notes.txt", b"of somebody")
    assert it.restore() == {Fate.RESTORED: 2, Fate.NOT_SERVED: 4, Fate.FOREIGN: 1}
    assert set(it.index.chunks) == set(keys.vector_ids("doc", 2, 2))
    assert it.verify().counts.sound


def test_a_document_that_is_served_from_another_index_is_left_there(it: Rebuilding) -> None:
    it.world.add("doc", chunks=2)
    it.world.add("other", chunks=2, index="other")
    assert it.restore() == {Fate.RESTORED: 2, Fate.ELSEWHERE: 2}
    report = it.verify()
    assert (report.counts.documents, report.counts.sound) == (1, True)
    assert it.index.ids("other") == []


def test_memory_is_bounded_by_the_size_of_what_is_read_together(
    it: Rebuilding, monkeypatch: pytest.MonkeyPatch
) -> None:
    it.world.add(chunks=9)
    size = it.listed()[0].size
    monkeypatch.setattr(restoring, "PORTION_BYTES", 2 * size)
    assert it.restore() == {Fate.RESTORED: 9}
    assert it.index.upserts == 5


# What cannot be ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"{", "the object"),
        (b'{"text": "\\ud800"}', "the object"),
        (b"\xff\xfe", "the object"),
        (b"", "the object"),
        (b"[]", "the object"),
        (b"{}", "Field required"),
    ],
)
def test_a_broken_backup_is_counted_and_named_and_harms_nothing(it: Rebuilding, data: bytes, reason: str) -> None:
    record = it.world.add("doc", chunks=3)
    it.world.add("sound", chunks=2)
    it.world.backups.put(keys.backup_key("doc", 1, 1), data)
    assert it.restore() == {Fate.RESTORED: 4, Fate.BROKEN: 1}
    report = it.verify()
    assert (report.counts.incomplete, report.counts.unrestored, report.counts.sound) == (1, 1, False)
    (problem,) = report.problems
    assert (problem.fate, problem.doc_hash, problem.version, problem.count) == (Fate.BROKEN, "doc", 1, 1)
    assert problem.example == keys.backup_key("doc", 1, 1)
    assert reason in problem.reason
    assert it.world.records.records["doc"] == record
    assert set(it.index.chunks) == {keys.vector_id("doc", 1, 0), keys.vector_id("doc", 1, 2)} | set(
        keys.vector_ids("sound", 1, 2)
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"doc_hash": "other"}, "it is of other#"),
        ({"version": 2}, "it is of doc#v000002"),
        ({"index": 2}, "it is of doc#v000001-00002"),
        ({"text": "another text"}, "digest"),
        ({"vector": [1.0, 2.0, 3.0]}, "3 numbers, the index takes 2"),
        ({"vector": [0.0, 0.0]}, "no direction"),
        ({"model": "other"}, "of the model 'other'"),
    ],
)
def test_a_backup_that_is_not_of_its_chunk_is_not_written(it: Rebuilding, changes: dict[str, Any], reason: str) -> None:
    it.world.add(chunks=1)
    wrong = backup("doc", 1, 0).model_copy(update=changes)
    it.world.backups.put(keys.backup_key("doc", 1, 0), wrong.model_dump_json().encode())
    assert it.restore() == {Fate.BROKEN: 1}
    assert it.index.chunks == {}
    assert reason in it.verify().problems[0].reason


def test_a_good_vector_stays_where_its_backup_is_broken(it: Rebuilding) -> None:
    it.world.add(chunks=2)
    it.index.chunks = dict(it.world.vectors.chunks)
    it.world.backups.put(keys.backup_key("doc", 1, 0), b"{")
    assert it.restore() == {Fate.RESTORED: 1, Fate.BROKEN: 1}
    assert it.index.chunks == it.world.vectors.chunks
    report = it.verify()
    # Nothing is missing from search, but the next rebuild could not have it.
    assert (report.counts.unrestored, report.counts.sound, len(report.problems)) == (0, False, 1)


def test_a_missing_backup_is_found_from_its_record(it: Rebuilding) -> None:
    record = it.world.add(chunks=4)
    it.world.backups.delete_many([keys.backup_key("doc", 1, index) for index in (1, 3)])
    assert it.restore() == {Fate.RESTORED: 2}
    report = it.verify()
    assert (report.counts.incomplete, report.counts.unrestored, report.counts.sound) == (1, 2, False)
    (problem,) = report.problems
    assert (problem.fate, problem.count, problem.example) == (Fate.MISSING, 2, keys.backup_key("doc", 1, 1))
    assert it.world.records.records["doc"] == record


def test_a_document_of_another_model_is_left_to_a_reindex(it: Rebuilding) -> None:
    it.world.add(chunks=2, model="older")
    it.world.add("doc-2", chunks=1)
    assert it.restore() == {Fate.RESTORED: 1, Fate.OTHER_MODEL: 2}
    report = it.verify()
    assert [(one.fate, one.count) for one in report.problems] == [(Fate.OTHER_MODEL, 2)]
    assert not report.counts.sound


def test_an_object_of_a_size_that_no_backup_has_is_not_read(it: Rebuilding) -> None:
    it.world.add(chunks=1)
    key = keys.backup_key("doc", 1, 0)
    assert it.restore([ListedObject(key=key, size=restoring.BACKUP_MAX_BYTES + 1)]) == {Fate.BROKEN: 1}


def test_a_document_that_the_index_refuses_keeps_no_other_out(it: Rebuilding) -> None:
    for name in ("doc-1", "doc-2", "doc-3"):
        it.world.add(name, chunks=2)
    it.index.refuse = lambda chunk: "metadata too large" if chunk.doc_hash == "doc-2" else None
    assert it.restore() == {Fate.RESTORED: 4, Fate.REJECTED: 2}
    report = it.verify()
    assert [(one.doc_hash, one.fate, one.count) for one in report.problems] == [("doc-2", Fate.REJECTED, 2)]
    assert "metadata too large" in report.problems[0].reason


@pytest.mark.parametrize("error", [VectorIndexUnavailable("503"), BackupUnavailable("503"), StorageUnavailable("503")])
def test_what_may_pass_is_raised_and_counts_nothing(it: Rebuilding, error: Exception) -> None:
    it.world.add(chunks=2)

    def fail() -> None:
        raise error

    it.index.after_upsert = [fail]
    with pytest.raises(type(error)):
        it.restore()
    assert it.reports.objects == {}
    assert it.restore() == {Fate.RESTORED: 2}


# Documents that change meanwhile -------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [Rebuilding.replaced, Rebuilding.deleted])
def test_what_is_overtaken_while_it_is_written_is_removed_again(
    it: Rebuilding, change: Callable[[Rebuilding], None]
) -> None:
    it.world.add(chunks=3)
    batch = it.listed()
    it.index.after_upsert = [lambda: change(it)]
    assert it.restore(batch) == {Fate.OVERTAKEN: 3}
    served = it.world.records.records["doc"].served_version
    assert set(it.index.chunks) == ({keys.vector_id("doc", served, 0)} if served else set())
    assert it.verify().counts.sound


@pytest.mark.parametrize("change", [Rebuilding.replaced, Rebuilding.deleted])
def test_one_that_died_after_its_write_removes_what_was_overtaken_when_it_is_repeated(
    it: Rebuilding, change: Callable[[Rebuilding], None]
) -> None:
    it.world.add(chunks=3)
    batch = it.listed()

    def die() -> None:
        raise MemoryError("the function is gone")

    it.index.after_upsert = [die]
    with pytest.raises(MemoryError):
        it.restore(batch)
    left = dict(it.index.chunks)
    change(it)
    # The removal of the old version came before the write.
    it.index.chunks |= left
    assert it.restore(batch) == {Fate.NOT_SERVED: 3}
    assert not set(keys.vector_ids("doc", 1, 3)) & set(it.index.chunks)
    assert it.verify().counts.sound


def test_a_document_that_began_a_moment_ago_loses_nothing(it: Rebuilding) -> None:
    # Its record was not there when the batch read it; its vectors are.
    it.index.upsert([it.chunk("new", 1, 0)])
    it.world.add_backup("new", 1, 0)
    assert it.restore() == {Fate.NOT_SERVED: 1}
    assert set(it.index.chunks) == {keys.vector_id("new", 1, 0)}


def test_a_version_that_is_on_its_way_loses_nothing(it: Rebuilding) -> None:
    it.world.add(version=1, chunks=1)
    it.world.change(version=2, status=Status.PROCESSING, stale={"2": {INDEX: 1}}, writers={"2": "arn"})
    it.index.upsert([it.chunk("doc", 2, 0)])
    it.world.add_backup("doc", 2, 0)
    assert it.restore() == {Fate.RESTORED: 1, Fate.NOT_SERVED: 1}
    assert set(it.index.chunks) == {keys.vector_id("doc", 1, 0), keys.vector_id("doc", 2, 0)}


def test_a_backup_that_went_with_its_version_is_not_missing(it: Rebuilding) -> None:
    it.world.add(chunks=2)
    batch = it.listed()
    it.world.backups.delete_many([listed.key for listed in batch])
    # The second reading of the record is the one after the write.
    it.world.records.before_get_many = [lambda: None, it.deleted]
    assert it.restore(batch) == {Fate.OVERTAKEN: 2}


# The verification ----------------------------------------------------------------------------------------------------


def test_what_no_batch_had_is_restored_in_the_end(it: Rebuilding) -> None:
    it.world.add("doc-1", chunks=3)
    it.world.add("doc-2", chunks=3)
    it.restore(it.listed()[:4])
    report = it.verify()
    assert it.index.chunks == it.world.vectors.chunks
    assert (report.counts.objects[Fate.RESTORED], report.counts.late, report.counts.sound) == (4, 2, True)


def test_it_goes_on_page_by_page_where_it_stood(it: Rebuilding, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "RECORDS_PAGE", 2)
    monkeypatch.setattr(verifying, "BATCHES_PAGE", 2)
    monkeypatch.setattr(verifying, "CHUNKS_AT_A_TIME", 2)
    for number in range(5):
        it.world.add(f"doc-{number}", chunks=3)
    it.world.backups.delete_many([keys.backup_key("doc-3", 1, 2)])
    for listed in it.listed():
        it.restore([listed])
    whole = it.verify()
    assert it.calls == 1
    assert it.verify(call_seconds=0) == whole
    assert it.calls == 1 + 7 + 3
    assert it.verify(call_seconds=0, again=True) == whole
    assert (whole.counts.objects[Fate.RESTORED], whole.counts.documents, whole.counts.unrestored) == (14, 5, 1)


def test_a_document_that_moves_on_while_it_is_looked_at_is_in_motion(it: Rebuilding) -> None:
    it.world.add(chunks=2)
    it.world.records.before_get_many = [it.replaced]
    report = it.verify()
    assert (report.counts.in_motion, report.counts.unrestored, report.counts.sound) == (1, 0, True)
    assert set(it.index.chunks) == {keys.vector_id("doc", 2, 0)}


def test_a_report_names_only_so_many_but_counts_all(it: Rebuilding, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "PROBLEMS_MAX", 3)
    for number in range(6):
        it.world.add(f"doc-{number}", chunks=1)
        it.world.backups.delete_many([keys.backup_key(f"doc-{number}", 1, 0)])
    report = it.verify()
    assert (len(report.problems), report.counts.unrestored, report.counts.incomplete) == (3, 6, 6)


def test_an_empty_bucket_and_an_empty_table_are_sound(it: Rebuilding) -> None:
    report = it.verify()
    assert (report.done, report.counts.sound, report.counts.documents) == (True, True, 0)


def test_a_batch_reports_only_so_many_problems(it: Rebuilding) -> None:
    for number in range(50):
        it.world.add(f"doc-{number:02d}", chunks=1)
        it.world.backups.put(keys.backup_key(f"doc-{number:02d}", 1, 0), b"{")
    assert it.restore() == {Fate.BROKEN: 50}
    (data,) = it.reports.objects.values()
    assert len(BatchReport.model_validate_json(data).problems) == 20


# A copy beside the live index ----------------------------------------------------------------------------------------


@dataclass
class Copying(Rebuilding):
    """Documents that are served from the old index, and rebuilds that copy them to the new one."""

    indexes: MemoryIndexes = field(default_factory=lambda: MemoryIndexes({OLD: card(OLD), INDEX: card(INDEX)}))

    def add(self, doc_hash: str = "doc", **changes: Any) -> None:
        """A document in the old index."""
        self.world.add(doc_hash, index=OLD, **changes)

    @property
    def old(self) -> MemoryVectors:
        return self.world.vectors

    def restorer(self) -> Restorer:
        return Restorer(
            self.world.records, self.world.epochs, self.index, self.world.backups, target=TARGET, source=OLD
        )

    def verification(self, call_seconds: float = 1e9) -> Verification:
        records = RecordsWithEpoch(self.world.records, self.world.epochs)
        switch = Switch(records, self.old, self.index, self.indexes, lambda: NOW, INDEX)
        return Verification(
            records,
            self.world.epochs,
            self.index,
            self.reports,
            self.restorer(),
            switch,
            lambda: NOW,
            index=INDEX,
            source=OLD,
            started_at=STARTED_AT,
            call_seconds=call_seconds,
        )

    def served(self) -> dict[str, tuple[int, str | None]]:
        """Which version of each document is served, and from where."""
        return {name: (record.served_version, record.index) for name, record in self.world.records.records.items()}


@pytest.fixture
def copy() -> Copying:
    return Copying()


@pytest.mark.parametrize("again", [False, True])
def test_every_document_is_served_from_the_copy_and_the_old_index_is_given_up(
    copy: Copying, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    monkeypatch.setattr(verifying, "RECORDS_PAGE", 2)
    for number in range(5):
        copy.add(f"doc-{number}", version=number + 1, chunks=2)
    before = dict(copy.old.chunks)
    copy.world.add("already", chunks=1)
    del copy.old.chunks[keys.vector_id("already", 1, 0)]
    copy.index.upsert([copy.chunk("already", 1, 0)])
    assert copy.restore() == {Fate.RESTORED: 10, Fate.ELSEWHERE: 1}
    report = copy.verify(call_seconds=0, again=again)
    assert copy.index.chunks == {**before, keys.vector_id("already", 1, 0): copy.chunk("already", 1, 0)}
    assert copy.old.chunks == {}
    assert set(copy.served().values()) == {(number + 1, INDEX) for number in range(5)}
    assert (report.counts.sound, report.counts.unmoved, report.counts.left) == (True, 0, 0)
    assert again or report.counts.moved == 5
    assert not any(record.stale or record.has_leftovers for record in copy.world.records.records.values())
    assert copy.indexes.cards[OLD].state is IndexState.RETIRED
    assert copy.indexes.cards[INDEX].state is IndexState.LIVE
    # The backups are those of the version, wherever it is served from.
    assert len(copy.world.backups.objects) == 11


def test_one_that_cannot_be_copied_stays_where_it_is(copy: Copying) -> None:
    copy.add("doc", chunks=2)
    copy.add("lost", chunks=2)
    copy.world.backups.delete_many([keys.backup_key("lost", 1, 1)])
    copy.restore()
    report = copy.verify()
    assert copy.served() == {"doc": (1, INDEX), "lost": (1, OLD)}
    assert set(copy.old.chunks) == set(keys.vector_ids("lost", 1, 2))
    assert (report.counts.moved, report.counts.unmoved, report.counts.sound) == (1, 1, False)
    assert [(one.fate, one.doc_hash) for one in report.problems] == [(Fate.MISSING, "lost")]
    # A run may yet have a removal from there in hand: nothing is copied back to where it would do harm.
    with pytest.raises(IndexUnusable, match="retiring"):
        start(MemoryRebuilds(), copy.indexes, lambda: NOW, Target(OLD, TARGET.settings), INDEX)


def test_one_that_the_new_index_does_not_show_yet_is_not_moved(copy: Copying, monkeypatch: pytest.MonkeyPatch) -> None:
    copy.add(chunks=2)
    copy.restore()
    monkeypatch.setattr(copy.index, "existing", lambda ids: set(ids[:1]))
    report = copy.verify()
    assert (copy.served(), report.counts.unmoved) == ({"doc": (1, OLD)}, 1)
    monkeypatch.undo()
    assert (copy.verify().counts.unmoved, copy.served()) == (0, {"doc": (1, INDEX)})


def test_one_that_is_replaced_meanwhile_is_its_own_runs_business(copy: Copying) -> None:
    copy.add(chunks=2)
    copy.restore()
    move = copy.world.records.before_put
    move.append(copy.replaced)
    report = copy.verify()
    assert report.counts.in_motion == 1
    assert copy.served()["doc"][0] == 2
    assert set(copy.index.chunks) == {keys.vector_id("doc", 2, 0)}


def test_a_batch_that_ends_after_the_switch_removes_nothing(copy: Copying) -> None:
    copy.add(chunks=2)
    copy.index.after_upsert = [lambda: copy.world.change(index=INDEX)]
    assert copy.restore() == {Fate.RESTORED: 2}
    assert set(copy.index.chunks) == set(keys.vector_ids("doc", 1, 2))


@pytest.mark.parametrize("served", [0, 2])
def test_copies_of_what_was_replaced_or_deleted_before_the_switch_are_removed(copy: Copying, served: int) -> None:
    copy.add("doc", chunks=2)
    copy.add("other", chunks=1)
    copy.restore()
    # The run of the next version removes the old one from where the record knows that it lies.
    copy.old.delete(list(keys.vector_ids("doc", 1, 2)))
    if served:
        copy.world.change(version=2, indexed_version=2, chunk_count=1, index=INDEX, updated_at=MEANWHILE)
        copy.index.upsert([copy.chunk("doc", 2, 0)])
    else:
        copy.deleted()
        copy.world.change(updated_at=MEANWHILE)
    copy.world.backups.delete_many([keys.backup_key("doc", 1, 0), keys.backup_key("doc", 1, 1)])
    assert copy.verify().counts.sound
    ours = {keys.vector_id("doc", 2, 0)} if served else set()
    assert set(copy.index.chunks) == ours | {keys.vector_id("other", 1, 0)}


def test_of_documents_that_did_not_change_nothing_is_listed(copy: Copying, monkeypatch: pytest.MonkeyPatch) -> None:
    copy.add("doc", chunks=1)
    copy.world.add("long-since-here", chunks=1)
    copy.restore()

    def fail(_: str) -> list[str]:
        raise AssertionError("a list for each document would take for ever")

    monkeypatch.setattr(copy.index, "ids", fail)
    assert copy.verify().counts.moved == 1


def test_an_old_index_that_something_is_left_in_is_retiring_until_the_next_time(copy: Copying) -> None:
    copy.add(version=2, chunks=1)
    copy.world.change(stale={"1": {OLD: 3}})
    copy.restore()
    report = copy.verify()
    assert (report.counts.left, report.counts.sound) == (1, True)
    assert copy.indexes.cards[OLD].state is IndexState.RETIRING
    copy.world.change(stale={})
    assert copy.verify().counts.left == 0
    assert copy.indexes.cards[OLD].state is IndexState.RETIRED


def test_a_switch_that_dies_leaves_the_old_place_to_the_sweep(copy: Copying, monkeypatch: pytest.MonkeyPatch) -> None:
    copy.add(chunks=2)
    copy.restore()

    def die(_: object) -> None:
        raise VectorIndexUnavailable("503")

    monkeypatch.setattr(copy.old, "delete", die)
    with pytest.raises(VectorIndexUnavailable):
        copy.verify()
    record = copy.world.records.records["doc"]
    assert (record.index, record.stale, record.has_leftovers) == (INDEX, {"1": {OLD: 2}}, True)


# The epoch of what is served ------------------------------------------------------------------------------------------


def test_the_epoch_moves_after_a_batch_and_after_it_is_repeated(it: Rebuilding) -> None:
    it.world.add(chunks=2)

    def die() -> None:
        raise VectorIndexUnavailable("503")

    it.index.after_upsert = [die]
    with pytest.raises(VectorIndexUnavailable):
        it.restore()
    assert it.world.epochs.number == 0
    it.restore()
    assert it.world.epochs.number == 1
    it.restore()
    assert it.world.epochs.number == 2


def test_the_epoch_stands_where_a_batch_has_nothing_to_restore(it: Rebuilding) -> None:
    it.world.add(chunks=2)
    it.deleted()
    it.world.add_backup("unknown", 1, 0)
    it.index.chunks.clear()
    it.restore([listed for listed in it.listed() if "unknown" in listed.key])
    assert it.world.epochs.number == 0


def test_the_epoch_moves_at_the_end_whatever_a_call_before_had_died_of(it: Rebuilding) -> None:
    it.world.add(chunks=2)
    it.world.epochs.failing = True
    with pytest.raises(StorageUnavailable):
        it.verify()  # what is missing was written
    assert len(it.index.chunks) == 2
    it.world.epochs.failing = False
    it.verify()
    assert it.world.epochs.number == 1


def test_the_epoch_moves_before_a_document_is_served_from_the_copy(
    copy: Copying, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy.add(chunks=2)
    copy.restore()
    before = copy.world.epochs.number
    monkeypatch.setattr(copy.world.epochs, "failing", True)
    with pytest.raises(StorageUnavailable):
        copy.verify()
    assert copy.served() == {"doc": (1, OLD)}
    monkeypatch.setattr(copy.world.epochs, "failing", False)
    copy.verify()
    assert copy.served() == {"doc": (1, INDEX)}
    assert copy.world.epochs.number > before


# One at a time -------------------------------------------------------------------------------------------------------


class Racing(MemoryIndexes):
    """Cards that somebody else changes first."""

    def put(self, card: IndexCard) -> bool:
        return card.rebuild is None and super().put(card)


def begin(rebuilds: MemoryRebuilds, indexes: MemoryIndexes, source: str | None = None) -> str:
    return start(rebuilds, indexes, lambda: NOW, TARGET, source).name


def test_a_second_one_is_refused_while_the_first_is_running() -> None:
    rebuilds, indexes = MemoryRebuilds(), MemoryIndexes({INDEX: card(INDEX)})
    first = begin(rebuilds, indexes)
    with pytest.raises(RebuildRunning, match=first):
        begin(rebuilds, indexes)
    assert list(rebuilds.runs) == [first]


@pytest.mark.parametrize("status", ["succeeded", "failed", "timed_out", "aborted"])
def test_an_index_is_taken_over_from_one_that_has_ended(status: str) -> None:
    rebuilds, indexes = MemoryRebuilds(), MemoryIndexes({INDEX: card(INDEX)})
    first = begin(rebuilds, indexes)
    rebuilds.runs[first] = status
    second = begin(rebuilds, indexes)
    assert indexes.cards[INDEX].rebuild == second != first
    # What the first one gives up at its end is not its own any more.
    release(indexes, INDEX, first)
    assert indexes.cards[INDEX].rebuild == second
    release(indexes, INDEX, second)
    assert indexes.cards[INDEX].rebuild is None


def test_of_two_at_the_same_moment_one_is_refused() -> None:
    rebuilds = MemoryRebuilds()
    with pytest.raises(RebuildRunning, match="same moment"):
        begin(rebuilds, Racing({INDEX: card(INDEX)}))
    assert rebuilds.runs == {}


def test_one_that_could_not_be_started_holds_nothing() -> None:
    rebuilds, indexes = MemoryRebuilds(failing=True), MemoryIndexes({INDEX: card(INDEX)})
    with pytest.raises(StorageUnavailable):
        begin(rebuilds, indexes)
    assert indexes.cards[INDEX].rebuild is None


@pytest.mark.parametrize(("age", "live"), [(STARTING_SECONDS - 1, True), (STARTING_SECONDS, False)])
def test_one_that_has_no_execution_is_being_started(age: float, live: bool) -> None:
    since = (datetime.fromisoformat(NOW) - timedelta(seconds=age)).strftime("%Y%m%dT%H%M%SZ")
    indexes = MemoryIndexes({INDEX: card(INDEX, rebuild=f"{since}-crashed")})
    if live:
        with pytest.raises(RebuildRunning, match="crashed"):
            begin(MemoryRebuilds(), indexes)
    else:
        assert begin(MemoryRebuilds(), indexes)


def test_an_execution_that_was_started_by_hand_takes_the_index_itself_or_is_refused() -> None:
    rebuilds, indexes = MemoryRebuilds({"by-hand": "running", "other": "running"}), MemoryIndexes()
    hold(rebuilds, indexes, lambda: NOW, TARGET, INDEX, "by-hand")
    hold(rebuilds, indexes, lambda: NOW, TARGET, INDEX, "by-hand")
    with pytest.raises(RebuildRunning, match="by-hand"):
        hold(rebuilds, indexes, lambda: NOW, TARGET, INDEX, "other")


@pytest.mark.parametrize("changes", [{"dimension": 3}, {"model": "other"}, {"chunk_max_tokens": 9}])
def test_an_index_of_other_settings_is_refused(changes: dict[str, Any]) -> None:
    other = SETTINGS.model_copy(update=changes)
    with pytest.raises(IndexUnusable, match="this deployment has"):
        begin(MemoryRebuilds(), MemoryIndexes({INDEX: card(INDEX, other)}))
    indexes = MemoryIndexes({OLD: card(OLD, other)})
    with pytest.raises(IndexUnusable, match="reindex"):
        begin(MemoryRebuilds(), indexes, OLD)
    with pytest.raises(IndexUnusable, match="reindex"):
        hold(MemoryRebuilds(), indexes, lambda: NOW, TARGET, OLD, "by-hand")
    assert set(indexes.cards) == {OLD}


def test_an_index_has_no_card_before_it_is_created() -> None:
    # Search would ask it.
    rebuilds, indexes = MemoryRebuilds(), MemoryIndexes()
    id_ = begin(rebuilds, indexes)
    assert indexes.cards == {}
    hold(rebuilds, indexes, lambda: NOW, TARGET, INDEX, id_)
    assert indexes.cards[INDEX].rebuild == id_


def test_an_index_that_nobody_knows_cannot_be_copied() -> None:
    with pytest.raises(UnknownIndex, match="'old'"):
        begin(MemoryRebuilds(), MemoryIndexes(), OLD)
