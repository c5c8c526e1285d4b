"""Reconciliation: what is wrong is found and nothing else is, and what is repaired is right after it."""

from collections.abc import Sequence
from typing import Any

import pytest

from bloomweaver import keys
from bloomweaver.errors import StorageUnavailable
from bloomweaver.models.chunk import IndexedChunk
from bloomweaver.models.index_card import IndexCard, IndexState
from bloomweaver.models.reconciliation import Kind, Repair
from bloomweaver.models.record import Branch, ErrorDetail, Operation, Outcome, Status
from bloomweaver.passages import artifacts
from bloomweaver.reconciliation import reconciler
from tests.fakes import INDEX, SETTINGS, MemoryVectors
from tests.reconciliation.reconciled_documents import (
    CONTENT,
    LONG_AGO,
    NOW,
    SOURCE,
    World,
    backup,
    indexed,
    moments_ago,
)


@pytest.fixture
def world() -> World:
    """Two documents, whole."""
    world = World()
    world.add("doc", version=2)
    world.add("other", chunks=2)
    return world


def lose_vector(world: World, index: int, doc_hash: str = "doc", version: int = 2) -> str:
    id_ = keys.vector_id(doc_hash, version, index)
    world.vectors.delete([id_])
    return id_


def lose_backup(world: World, index: int, doc_hash: str = "doc", version: int = 2) -> str:
    key = keys.backup_key(doc_hash, version, index)
    world.backups.delete_many([key])
    return key


def snapshot(world: World) -> tuple[Any, ...]:
    """All that a reconciliation may change, without its reports."""
    raw = {key: data for key, data in world.objects.objects.items() if not key.startswith("reports/")}
    stores = (world.records.records, world.vectors.chunks, world.backups.objects, world.sources.objects, raw)
    return (*map(dict, stores), list(world.queue.messages))


def fill_another_index(world: World, rebuild: str) -> None:
    """A rebuild copies the first vector of the document to another index."""
    world.others["new"] = MemoryVectors()
    world.others["new"].upsert([indexed("doc", 2, 0)])
    for name, filled_by in ((INDEX, None), ("new", rebuild)):
        live = IndexCard(index_name=name, settings=SETTINGS, state=IndexState.LIVE, rebuild=filled_by, created_at=NOW)
        world.indexes.cards[name] = live


# What is found --------------------------------------------------------------------------------------------------------


def test_what_agrees_is_clean(world: World) -> None:
    world.add("gone", chunks=0, status=Status.DELETED, indexed_version=0, operation=Operation.DELETE)
    outcomes = world.reconcile()
    assert (outcomes.found(), outcomes.findings, outcomes.in_motion) == ({}, [], 0)
    counts = outcomes.report.counts
    assert (counts.documents, counts.vectors, counts.backups) == (3, 5, 5)
    assert (outcomes.report.done, outcomes.report.parts) == (True, 0)


def test_what_a_rebuild_copies_is_in_motion_while_it_runs(world: World) -> None:
    fill_another_index(world, "rebuild-1")
    world.rebuilds.runs["rebuild-1"] = "running"
    outcomes = world.reconcile(repair=True)
    assert (outcomes.found(), outcomes.in_motion) == ({}, 1)
    assert len(world.others["new"].chunks) == 1


def test_what_a_rebuild_that_died_has_copied_is_left_over(world: World) -> None:
    fill_another_index(world, "rebuild-1")
    world.rebuilds.runs["rebuild-1"] = "aborted"
    world.rebuilds.stopped_at["rebuild-1"] = LONG_AGO
    assert world.reconcile(repair=True).found() == {Kind.ORPHAN_VECTORS: 1}
    assert world.others["new"].chunks == {}


def test_each_kind_is_counted_and_named(world: World) -> None:
    missing = [lose_vector(world, 0), lose_vector(world, 2)]
    unsaved = lose_backup(world, 1)
    orphan = world.add_vector("doc", 1, 7)
    unknown = world.add_backup("nobody", 4, 0)
    foreign = "notes/of somebody.txt"
    world.backups.put(foreign, b"not ours")
    before = snapshot(world)

    outcomes = world.reconcile()

    assert outcomes.found() == {
        Kind.MISSING_VECTORS: 2,
        Kind.MISSING_BACKUPS: 1,
        Kind.ORPHAN_VECTORS: 1,
        Kind.ORPHAN_BACKUPS: 2,
    }
    assert outcomes.report.counts.unrepaired == 6
    examples = [finding.examples for finding in outcomes.findings]
    assert examples == [missing, [unsaved], [orphan], [unknown], [foreign]]
    assert {finding.repair for finding in outcomes.findings} == {Repair.NOT_ASKED}
    assert snapshot(world) == before


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "Invalid JSON"),
        (b"\xff\xfe", "Invalid JSON"),
        (b"[]", "the object"),
        (b'{"text": "x"}', "Field required"),
        (backup("doc", 2, 1).model_dump_json().encode(), "it is of doc#v000002-00001"),
        (backup("doc", 2, 0).model_copy(update={"model": "another"}).model_dump_json().encode(), "of the model"),
        (backup("doc", 2, 0).model_copy(update={"text": "edited"}).model_dump_json().encode(), "digest"),
        (backup("doc", 2, 0).model_copy(update={"vector": [1.0]}).model_dump_json().encode(), "has 1 numbers"),
        (backup("doc", 2, 0).model_copy(update={"vector": [0.0, 0.0]}).model_dump_json().encode(), "all zeros"),
    ],
)
def test_a_broken_backup_is_counted_and_says_what_it_is(world: World, data: bytes, reason: str) -> None:
    world.backups.put(keys.backup_key("doc", 2, 0), data)
    outcomes = world.reconcile()
    assert outcomes.found() == {Kind.BROKEN_BACKUPS: 1}
    assert reason in outcomes.findings[0].reason


def test_without_contents_a_backup_is_only_looked_for(world: World) -> None:
    world.backups.put(keys.backup_key("doc", 2, 0), b"")
    lose_backup(world, 1)
    assert world.reconcile(contents=False).found() == {Kind.MISSING_BACKUPS: 1}


def test_a_share_looks_up_some_documents_in_each_run_and_all_of_them_in_time(world: World) -> None:
    records = [world.records.records["doc"].model_copy(update={"doc_hash": f"doc-{number}"}) for number in range(700)]
    looked_up = [
        {record.doc_hash for record in reconciler.Turns(f"run-{number}", 7).of(records)} for number in range(60)
    ]
    assert all(60 <= len(each) <= 140 for each in looked_up)
    assert len(set.union(*looked_up)) == len(records)
    assert reconciler.Turns("run-1", 7).of(records) == reconciler.Turns("run-1", 7).of(records)
    assert reconciler.Turns("run-1", 1).of(records) == records


def test_what_is_not_looked_up_is_found_when_its_turn_comes_and_orphans_each_time(world: World) -> None:
    lose_backup(world, 1)
    world.backups.put(keys.backup_key("nobody", 1, 0), b"")
    found = [world.reconcile(contents=False, share=3).found() for _ in range(40)]
    assert all(Kind.ORPHAN_BACKUPS in each for each in found)
    assert 0 < sum(Kind.MISSING_BACKUPS in each for each in found) < len(found)


def test_more_chunks_than_the_record_says_are_a_wrong_count(world: World) -> None:
    world.change("doc", chunk_count=1)
    outcomes = world.reconcile()
    assert outcomes.found() == {Kind.WRONG_COUNTS: 2}  # in the index, and in the backups
    assert "3 chunks, the record says 1" in outcomes.findings[0].reason


def test_fewer_chunks_than_the_record_says_are_missing(world: World) -> None:
    world.change("doc", chunk_count=4)
    assert world.reconcile().found() == {Kind.MISSING_VECTORS: 1, Kind.MISSING_BACKUPS: 1}


def test_a_version_that_was_deleted_and_not_yet_removed_lacks_nothing(world: World) -> None:
    world.change("doc", version=3, deleted_version=3, status=Status.FAILED, operation=Operation.DELETE)
    lose_vector(world, 0)
    assert world.reconcile().found() == {}


def test_what_the_record_knows_is_no_orphan(world: World) -> None:
    world.change("doc", stale={"1": {INDEX: 2}, "3": {INDEX: 2}}, version=3, status=Status.PARTIAL)
    for version in (1, 3):
        for index in range(2):
            world.add_vector("doc", version, index)
            world.add_backup("doc", version, index)
    assert world.reconcile().found() == {}
    world.add_vector("doc", 1, 2)
    assert world.reconcile().found() == {Kind.ORPHAN_VECTORS: 1}


# What is in motion ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"status": Status.QUEUED, "version": 3},
        {"status": Status.PROCESSING, "version": 3},
        {"status": Status.DELETING, "version": 3, "deleted_version": 3},
        {"updated_at": moments_ago()},
    ],
)
def test_a_document_that_is_changing_is_left_alone(world: World, changes: dict[str, Any]) -> None:
    lose_vector(world, 0)
    lose_backup(world, 0)
    world.add_vector("doc", 1, 0)
    world.change("doc", **changes)
    before = snapshot(world)
    outcomes = world.reconcile(repair=True)
    assert outcomes.found() == {}
    assert outcomes.in_motion >= 1
    assert snapshot(world) == before


@pytest.mark.parametrize("repair", [False, True])
def test_a_version_that_is_replaced_while_it_is_compared_lacks_nothing(world: World, repair: bool) -> None:
    def replaced() -> None:
        world.change("doc", version=3, indexed_version=3, stale={})

    lose_vector(world, 0)
    world.records.before_get_many = [replaced]
    outcomes = world.reconcile(repair=repair)
    assert (Kind.MISSING_VECTORS in outcomes.found(), outcomes.in_motion) == (False, 1)
    assert world.queue.messages == []


def test_a_stale_version_that_is_removed_while_it_is_listed_is_no_orphan(world: World) -> None:
    id_ = world.add_vector("doc", 1, 0)
    # The record was settled after the page was listed, and before it is read. Before that the lists are looked at.
    world.records.before_get_many = [lambda: None, lambda: world.vectors.delete([id_])]
    outcomes = world.reconcile(repair=True)
    assert (outcomes.found(), outcomes.in_motion) == ({}, 0)


def test_a_record_that_changes_while_an_orphan_is_looked_at_is_left_for_the_next_time(world: World) -> None:
    id_ = world.add_vector("doc", 1, 0)
    world.records.before_get_many = [lambda: None, lambda: None, lambda: world.change("doc")]
    outcomes = world.reconcile(repair=True)
    assert (outcomes.found(), outcomes.in_motion) == ({}, 1)
    assert id_ in world.vectors.chunks


# Repairs --------------------------------------------------------------------------------------------------------------


def test_missing_vectors_come_back_from_their_backups_as_they_were(world: World) -> None:
    before = dict(world.vectors.chunks)
    lose_vector(world, 0)
    lose_vector(world, 2)
    record = world.records.records["doc"]
    outcomes = world.reconcile(repair=True)
    assert outcomes.repairs() == {Kind.MISSING_VECTORS: Repair.RESTORED}
    assert outcomes.report.counts.unrepaired == 0
    assert world.vectors.chunks == before
    assert (world.records.records["doc"], world.queue.messages) == (record, [])
    assert world.reconcile().found() == {}


def test_the_epoch_moves_after_what_may_have_been_repaired(world: World) -> None:
    lose_vector(world, 0)
    outcomes = world.reconcile(repair=True)
    assert outcomes.repairs() == {Kind.MISSING_VECTORS: Repair.RESTORED}
    assert world.epochs.number == outcomes.calls


def test_the_epoch_moves_after_a_call_that_repeats_one_that_died(world: World) -> None:
    lose_vector(world, 0)
    order = reconciler.Order(id="once", repair=True, contents=True)
    world.epochs.failing = True
    with pytest.raises(StorageUnavailable):
        world.reconciler().go_on(order, reconciler.Progress())
    world.epochs.failing = False
    world.reconciler().go_on(order, reconciler.Progress())
    assert len(world.vectors.ids("doc")) == 3
    assert world.epochs.number == 1


def test_the_epoch_stands_where_nothing_is_to_be_repaired(world: World) -> None:
    lose_vector(world, 0)
    world.reconcile()
    assert world.epochs.number == 0


@pytest.mark.parametrize("broken", [True, False])
def test_what_the_backups_cannot_mend_is_run_again_as_a_new_version(world: World, broken: bool) -> None:
    lose_vector(world, 0)
    if broken:
        world.backups.put(keys.backup_key("doc", 2, 0), b"{")
    else:
        lose_backup(world, 0)
    outcomes = world.reconcile(repair=True)
    assert set(outcomes.repairs().values()) == {Repair.RUN_AGAIN}
    assert outcomes.report.counts.unrepaired == 0
    record = world.records.records["doc"]
    # The old version is served until the new one is there.
    assert (record.version, record.status, record.served_version, record.attempt) == (3, Status.QUEUED, 2, 0)
    [message] = world.queue.messages
    assert (message.doc_hash, message.version, message.correlation_id) == ("doc", 3, "reconcile-run-1")
    assert world.reconcile(repair=True).found() == {}
    assert len(world.queue.messages) == 1


def test_a_wrong_count_is_run_again_and_all_of_the_old_version_goes(world: World) -> None:
    world.change("doc", chunk_count=1)
    outcomes = world.reconcile(repair=True)
    assert outcomes.found() == {Kind.WRONG_COUNTS: 1}  # by the time the backups come, it is under way
    record = world.records.records["doc"]
    assert (record.version, record.chunk_count) == (3, 3)


def test_missing_backups_of_a_dead_lettered_branch_are_written_by_a_new_version(world: World) -> None:
    branches = {Branch.PINECONE: Outcome.WRITTEN, Branch.S3: Outcome.DEAD_LETTERED}
    world.change("doc", status=Status.PARTIAL, branches=branches)
    lose_backup(world, 0)
    assert world.reconcile(repair=True).repairs() == {Kind.MISSING_BACKUPS: Repair.RUN_AGAIN}


def test_what_can_only_be_sent_again_says_so_on_its_record(world: World) -> None:
    world.expire_request()
    world.lose_source()
    lose_backup(world, 0)
    outcomes = world.reconcile(repair=True)
    assert outcomes.repairs() == {Kind.MISSING_BACKUPS: Repair.IMPOSSIBLE, Kind.MISSING_SOURCES: Repair.IMPOSSIBLE}
    assert outcomes.report.counts.unrepaired == 2
    assert "send the document again" in outcomes.findings[0].reason
    marked = world.records.records["doc"]
    assert (marked.status, marked.served_version) == (Status.PARTIAL, 2)
    assert marked.error is not None
    assert (marked.error.type, "send it again" in marked.error.message) == ("Incomplete", True)
    world.change("doc", updated_at="2026-01-01T00:00:00.000000+00:00")
    marked = world.records.records["doc"]
    assert world.reconcile(repair=True).found() == {Kind.MISSING_BACKUPS: 1, Kind.MISSING_SOURCES: 1}
    assert world.records.records["doc"] == marked


def test_a_served_version_below_a_failed_one_is_restored_but_not_run_again(world: World) -> None:
    error = ErrorDetail(type="ExtractionFailed", message="encrypted")
    world.change("doc", version=3, status=Status.FAILED, error=error, title="newer", metadata={"newer": True})
    lose_vector(world, 0)
    lose_backup(world, 1)
    outcomes = world.reconcile(repair=True)
    assert outcomes.repairs() == {Kind.MISSING_VECTORS: Repair.RESTORED, Kind.MISSING_BACKUPS: Repair.IMPOSSIBLE}
    assert "version 3" in outcomes.findings[1].reason
    restored = world.vectors.chunks[keys.vector_id("doc", 2, 0)]
    assert (restored.title, restored.metadata) == ("title", {"place": "harbour"})


def test_what_was_restored_too_late_is_removed_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    upsert = world.vectors.upsert

    def deleted_before_it_lands(chunks: Sequence[IndexedChunk]) -> None:
        world.change("doc", version=3, deleted_version=3, indexed_version=0, status=Status.DELETED, stale={})
        world.vectors.delete(world.vectors.ids("doc"))
        upsert(chunks)

    lose_vector(world, 0)
    monkeypatch.setattr(world.vectors, "upsert", deleted_before_it_lands)
    world.reconcile(repair=True)
    assert world.vectors.ids("doc") == []


def test_what_is_restored_while_a_newer_version_is_accepted_stays_and_is_not_counted(world: World) -> None:
    lose_vector(world, 0)
    world.records.before_get = [lambda: None, lambda: world.change("doc", version=3, status=Status.QUEUED)]
    outcomes = world.reconcile(repair=True)
    assert (Kind.MISSING_VECTORS in outcomes.found(), len(world.vectors.ids("doc"))) == (False, 3)


def test_nothing_is_restored_of_a_version_that_was_just_replaced(world: World) -> None:
    lose_vector(world, 0)
    world.records.before_get = [lambda: world.change("doc", version=3, indexed_version=3)]
    outcomes = world.reconcile(repair=True)
    assert Kind.MISSING_VECTORS not in outcomes.found()
    assert keys.vector_id("doc", 2, 0) not in world.vectors.chunks


def test_a_run_that_another_writer_was_faster_than_is_not_started(world: World) -> None:
    lose_backup(world, 0)
    world.records.lose_races = 1
    outcomes = world.reconcile(repair=True)
    assert (outcomes.found(), outcomes.in_motion, world.queue.messages) == ({}, 1, [])


def test_orphans_are_removed_and_nothing_else(world: World) -> None:
    kept = (dict(world.vectors.chunks), dict(world.backups.objects))
    world.add_vector("doc", 1, 0)
    world.add_backup("doc", 1, 0)
    world.add_vector("nobody", 5, 1)
    world.add_vector("nobody", 6, 0)
    world.add_backup("nobody", 4, 0)
    world.backups.put("notes.txt", b"not ours")
    world.vectors.upsert([world.vectors.chunks[keys.vector_id("doc", 2, 0)].model_copy(update={"id": "foreign"})])
    outcomes = world.reconcile(repair=True)
    assert outcomes.found() == {Kind.ORPHAN_VECTORS: 4, Kind.ORPHAN_BACKUPS: 3}
    assert outcomes.report.counts.unrepaired == 0
    assert (world.vectors.chunks, world.backups.objects) == kept
    assert world.records.records["nobody"].version == 6
    assert world.reconcile().found() == {}


def test_a_document_that_comes_back_begins_above_what_was_removed_of_it(world: World) -> None:
    world.add_vector("nobody", 5, 0)
    world.reconcile(repair=True)
    tombstone = world.records.records["nobody"]
    assert (tombstone.version, tombstone.deleted_version, tombstone.served_version) == (5, 5, 0)
    assert tombstone.status is Status.DELETED
    # One of a higher version is found later.
    world.add_backup("nobody", 9, 0)
    assert world.reconcile(repair=True).repairs() == {Kind.ORPHAN_BACKUPS: Repair.REMOVED}
    assert world.records.records["nobody"].version == 9


def test_a_document_that_is_accepted_before_its_tombstone_keeps_what_it_has(world: World) -> None:
    id_ = world.add_vector("nobody", 1, 0)
    world.records.before_put = [lambda: world.add("nobody", status=Status.QUEUED)]
    outcomes = world.reconcile(repair=True)
    assert (outcomes.found(), id_ in world.vectors.chunks) == ({}, True)


def test_a_document_that_is_accepted_meanwhile_keeps_what_it_has(world: World) -> None:
    id_ = world.add_vector("nobody", 1, 0)
    accepted = [lambda: world.add("nobody", status=Status.QUEUED) and None]
    world.records.before_get_many = [lambda: None, lambda: None, *accepted]
    outcomes = world.reconcile(repair=True)
    assert (outcomes.found(), id_ in world.vectors.chunks) == ({}, True)


@pytest.mark.parametrize("version", [2, 3])
def test_what_a_version_to_come_could_write_over_is_left_there(world: World, version: int) -> None:
    world.change("doc", version=2, indexed_version=1, sources={"1": SOURCE})
    world.sources.put_content(keys.source_key("doc", 1, SOURCE), CONTENT, "text/plain")
    for index in range(3):
        world.add_vector("doc", 1, index)
        world.add_backup("doc", 1, index)
        lose_vector(world, index)
        lose_backup(world, index)
    id_ = world.add_vector("doc", version, 0)
    outcomes = world.reconcile(repair=True)
    assert outcomes.repairs() == {Kind.ORPHAN_VECTORS: Repair.IMPOSSIBLE}
    assert id_ in world.vectors.chunks


def test_of_an_empty_table_nothing_is_removed() -> None:
    world = World()
    world.add_vector("doc", 1, 0)
    world.add_backup("doc", 1, 0)
    outcomes = world.reconcile(repair=True)
    assert outcomes.report.counts.unrepaired == 2
    assert "is it the right one?" in outcomes.findings[0].reason
    assert (len(world.vectors.chunks), len(world.backups.objects), world.records.records) == (1, 1, {})


def test_two_at_the_same_time_do_no_harm(world: World) -> None:
    lose_backup(world, 0)
    lose_vector(world, 1)
    world.add_vector("nobody", 1, 0)
    first = reconciler.Order(id="first", repair=True, contents=True)
    second = reconciler.Order(id="second", repair=True, contents=True)
    one, two = reconciler.Progress(), reconciler.Progress()
    while one.phase is not reconciler.Phase.DONE:
        one = world.reconciler(0).go_on(first, one)
        two = world.reconciler(0).go_on(second, two)
    assert len(world.queue.messages) == 1
    assert world.vectors.ids("nobody") == []
    assert (world.records.records["doc"].version, len(world.vectors.ids("doc"))) == (3, 3)


# Calls ----------------------------------------------------------------------------------------------------------------


def test_many_calls_find_the_same_as_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciler, "RECORDS_PAGE", 2)
    monkeypatch.setattr(reconciler, "IDS_PAGE", 3)
    monkeypatch.setattr(reconciler, "CHUNKS_PAGE", 2)
    for number in range(6):
        world.add(f"many-{number}")
        lose_vector(world, 1, f"many-{number}", 1)
        world.add_vector(f"many-{number}", 9, 0)
    at_once, page_by_page = world.reconcile(), world.reconcile(call_seconds=0)
    assert (at_once.calls, at_once.report.parts) == (1, 1)
    assert page_by_page.calls > 10
    assert page_by_page.findings == at_once.findings
    assert page_by_page.report.counts == at_once.report.counts
    assert at_once.found() == {Kind.MISSING_VECTORS: 6, Kind.ORPHAN_VECTORS: 6}


def test_a_call_that_is_repeated_counts_once(world: World) -> None:
    lose_vector(world, 0)
    order = reconciler.Order(id="again", repair=False, contents=True)
    first = world.reconciler().go_on(order, reconciler.Progress())
    again = world.reconciler().go_on(order, reconciler.Progress())
    assert first == again
    assert len(world.outcomes("again", 2).findings) == 1


def test_a_report_is_there_before_the_end(world: World) -> None:
    order = reconciler.Order(id="run", repair=False, contents=True)
    world.reconciler(0).go_on(order, reconciler.Progress())
    report = world.outcomes("run", 1).report
    assert (report.done, report.updated_at, report.counts.documents) == (False, NOW, 2)


# Sources -------------------------------------------------------------------------------------------------------------


def test_backups_are_mended_from_the_source_however_old_the_request_is(world: World) -> None:
    world.expire_request()
    lose_backup(world, 0)
    assert world.reconcile(repair=True).repairs() == {Kind.MISSING_BACKUPS: Repair.RUN_AGAIN}
    record = world.records.records["doc"]
    assert (record.version, record.kept_version, record.status) == (3, 2, Status.QUEUED)


def of_document(world: World) -> dict[str, bytes]:
    return {key: data for key, data in world.sources.objects.items() if key.startswith("doc/")}


def make_old(world: World) -> str:
    """The document is as if it had been indexed before sources were kept. Returns where its source would be."""
    world.change("doc", sources={})
    return world.lose_source()


def test_a_document_of_before_gets_its_content_as_its_source(world: World) -> None:
    key = make_old(world)
    assert world.reconcile().repairs() == {Kind.MISSING_SOURCES: Repair.NOT_ASKED}
    outcomes = world.reconcile(repair=True)
    assert outcomes.repairs() == {Kind.MISSING_SOURCES: Repair.RESTORED}
    assert "kept from its request" in outcomes.findings[0].reason
    assert of_document(world) == {key: CONTENT}
    assert world.records.records["doc"].served_source == SOURCE
    assert world.reconcile().found() == {}


def test_a_document_of_before_without_its_request_gets_its_passages_marked_so(world: World) -> None:
    make_old(world)
    world.expire_request()
    outcomes = world.reconcile(repair=True)
    assert outcomes.repairs() == {Kind.MISSING_SOURCES: Repair.RESTORED}
    assert "as passages" in outcomes.findings[0].reason
    name = str(world.records.records["doc"].served_source)
    assert keys.holds_passages(name)
    kept = artifacts.passages_in(world.sources.get(keys.source_key("doc", 2, name)))
    assert [passage.text for passage in kept] == ["text 0", "text 1", "text 2"]
    assert world.reconcile().found() == {}


def test_a_source_that_is_given_too_late_is_not_left_behind(world: World) -> None:
    make_old(world)

    def replace() -> None:
        # After the record knows of it, and before it is written: the version is replaced and all of it removed.
        world.change("doc", version=3, indexed_version=3, sources={"3": SOURCE})

    put = world.sources.put_content

    def slow(key: str, data: bytes, content_type: str) -> None:
        replace()
        put(key, data, content_type)

    world.sources.put_content = slow  # type: ignore[method-assign]
    outcomes = world.reconcile(repair=True)
    assert Kind.MISSING_SOURCES not in outcomes.repairs()
    assert of_document(world) == {}


def test_a_source_that_no_record_knows_is_removed_and_no_other(world: World) -> None:
    served = keys.source_key("doc", 2, SOURCE)
    orphan, unknown, foreign = keys.source_key("doc", 1, SOURCE), keys.source_key("nobody", 4, SOURCE), "somebody's"
    for key in (orphan, unknown, foreign):
        world.sources.put_content(key, CONTENT, "text/plain")
    assert world.reconcile().found() == {Kind.ORPHAN_SOURCES: 3}
    assert len(world.sources.objects) == 5
    assert world.reconcile(repair=True).repairs() == {Kind.ORPHAN_SOURCES: Repair.REMOVED}
    assert set(world.sources.objects) == {served, keys.source_key("other", 1, SOURCE)}
    assert world.records.records["nobody"].deleted_version == 4


def test_a_source_of_the_served_version_is_no_orphan_even_if_its_record_forgot_it(world: World) -> None:
    world.change("doc", sources={})
    outcomes = world.reconcile(repair=True)
    assert outcomes.repairs() == {Kind.MISSING_SOURCES: Repair.RESTORED}
    assert of_document(world) == {keys.source_key("doc", 2, SOURCE): CONTENT}


def test_a_source_that_a_retry_will_be_made_of_is_no_orphan(world: World) -> None:
    key = keys.source_key("doc", 3, SOURCE)
    world.sources.put_content(key, CONTENT, "text/plain")
    error = ErrorDetail(type="ExtractionFailed", message="encrypted")
    world.change("doc", version=3, status=Status.FAILED, error=error, sources={"2": SOURCE})
    assert world.reconcile(repair=True).found() == {}
    assert key in world.sources.objects
