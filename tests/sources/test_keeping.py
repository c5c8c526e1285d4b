"""Where the content of an operation is that is accepted again, and which sources stay for it."""

import hashlib
import json
from typing import Any

import pytest

from bloomweaver import keys
from bloomweaver.documents import lifecycle
from bloomweaver.documents.lifecycle import BranchResult
from bloomweaver.models.record import (
    Branch,
    DocumentRecord,
    ErrorDetail,
    Operation,
    Outcome,
    StaleVersion,
    Status,
)
from bloomweaver.sources.keeping import IN_REQUEST, find_kept
from tests.fakes import INDEX, MODEL, MemoryObjects, MemorySources

NOW = "2026-01-01T00:00:00.000000+00:00"
CONTENT = b"The harbour master keeps the tide tables."
NAME = hashlib.sha256(CONTENT).hexdigest()
OTHER = hashlib.sha256(b"another").hexdigest()
WRITTEN = {branch: BranchResult(outcome=Outcome.WRITTEN) for branch in Branch}
REMOVED = {branch: BranchResult(outcome=Outcome.REMOVED) for branch in Branch}


def record(**changes: Any) -> DocumentRecord:
    base = DocumentRecord(
        doc_hash="doc",
        version=3,
        status=Status.FAILED,
        operation=Operation.UPDATE,
        content_sha256=NAME,
        artifact="raw/doc/body",
        index=INDEX,
        correlation_id="c",
        created_at=NOW,
        updated_at=NOW,
    )
    return base.model_copy(update=changes)


def found(current: DocumentRecord, *versions: int, request: bool = False, name: str = NAME) -> int | None:
    """What is found where the sources of these versions are there."""
    sources, objects = MemorySources(), MemoryObjects()
    for version in versions:
        sources.put_content(keys.source_key("doc", version, name), CONTENT, "text/plain")
    if request:
        body = {"operation": "UPDATE", "doc_hash": "doc", "content_type": "text/plain", "content": "x"}
        objects.put("raw/doc/body", json.dumps(body).encode())
    return find_kept(objects, sources, current, 1000)


def test_the_source_of_the_failed_version_itself_goes_before_its_request() -> None:
    assert found(record(sources={"3": NAME}), 3, request=True) == 3


def test_a_version_that_failed_before_it_had_a_source_is_made_of_what_it_was_to_be_made_of() -> None:
    assert found(record(sources={"2": NAME, "3": NAME}, kept_version=2), 2) == 2


def test_without_a_source_the_request_does_and_without_both_nothing() -> None:
    assert found(record(sources={"3": NAME}), request=True) == IN_REQUEST
    assert found(record(sources={"3": NAME})) is None


def test_the_served_version_does_if_it_is_of_the_same_content_and_only_then() -> None:
    assert found(record(indexed_version=1, sources={"1": NAME}), 1) == 1
    assert found(record(indexed_version=1, sources={"1": OTHER}), 1, name=OTHER) is None


def test_a_source_that_may_be_on_its_way_out_is_not_taken() -> None:
    # The version before, of the same content by chance: nobody keeps it from being removed.
    assert found(record(sources={"2": NAME}), 2) is None


def test_a_claim_notes_the_source_and_who_may_write_it() -> None:
    claimed, _ = lifecycle.claim(record(status=Status.QUEUED), 3, 0, "arn", NOW)
    assert (claimed.sources, claimed.writers) == ({"3": NAME}, {"3": "arn"})
    again, _ = lifecycle.claim(
        record(status=Status.QUEUED, sources={"1": "passages-x"}, kept_version=1), 3, 0, "a", NOW
    )
    assert again.sources == {"1": "passages-x", "3": "passages-x"}, "it is made of the passages that are kept"


def test_a_source_that_the_claim_did_not_foresee_is_noted_once() -> None:
    current = record(status=Status.PROCESSING, execution_arn="arn")
    noted, _ = lifecycle.keep(current, 3, 0, "passages-x")
    assert noted is not None
    assert (noted.sources, noted.writers) == ({"3": "passages-x"}, {"3": "arn"})
    assert lifecycle.keep(noted, 3, 0, "passages-x") == (None, noted)


def test_what_is_replaced_takes_its_source_with_it() -> None:
    current = record(
        status=Status.PROCESSING, indexed_version=2, chunk_count=4, stale={"3": {INDEX: 1}}, writers={"3": "arn"},
        sources={"2": OTHER, "3": NAME},
    )  # fmt: skip
    published, ending = lifecycle.publish(current, 3, 0, WRITTEN, MODEL, INDEX, NOW, 9)
    assert published is not None
    assert ending.stale == [StaleVersion(version=2, index=INDEX, chunk_count=4, source=OTHER)]
    settled, _ = lifecycle.settle(published, Operation.UPDATE, 3, 0, ending.stale, REMOVED, NOW, 9)
    assert settled is not None
    assert (settled.stale, settled.sources) == ({}, {"3": NAME})


def test_the_cleaning_of_a_failed_version_leaves_the_source_that_a_retry_is_made_of() -> None:
    current = record(stale={"3": {INDEX: 1}}, sources={"3": NAME})
    _, ending = lifecycle.claim_clean(current, 3, 0, "arn", NOW, 9)
    assert ending.stale == [StaleVersion(version=3, index=INDEX, chunk_count=1)]
    settled, ending = lifecycle.settle(current, Operation.CLEAN, 3, 0, ending.stale, REMOVED, NOW, 9)
    assert settled is not None
    assert (settled.stale, settled.sources, ending.stale) == ({}, {"3": NAME}, [])
    assert not settled.has_leftovers


def test_a_source_without_chunks_that_nobody_needs_is_left_over_and_removed() -> None:
    current = record(version=4, status=Status.INDEXED, indexed_version=4, sources={"3": OTHER, "4": NAME})
    assert current.has_leftovers
    assert current.stale_before(4, 9) == [StaleVersion(version=3, index="", chunk_count=0, source=OTHER)]
    settled, _ = lifecycle.settle(current, Operation.CLEAN, 4, 0, current.stale_before(4, 9), REMOVED, NOW, 9)
    assert settled is not None
    assert (settled.sources, settled.stale, settled.has_leftovers) == ({"4": NAME}, {}, False)


def test_a_removal_that_failed_keeps_the_source_known() -> None:
    current = record(version=4, status=Status.INDEXED, indexed_version=4, sources={"4": NAME})
    place = StaleVersion(version=3, index=INDEX, chunk_count=2, source=OTHER)
    failed = {**REMOVED, Branch.S3: BranchResult(outcome=Outcome.DEAD_LETTERED)}
    settled, _ = lifecycle.settle(current, Operation.UPDATE, 4, 0, [place], failed, NOW, 9)
    assert settled is not None
    assert (settled.stale, settled.sources) == ({"3": {INDEX: 2}}, {"3": OTHER, "4": NAME})


def test_an_overtaken_run_goes_round_again_for_its_source() -> None:
    current = record(
        version=4, status=Status.QUEUED, stale={"3": {INDEX: 2}}, writers={"3": "arn"}, sources={"3": NAME}
    )
    own = [StaleVersion(version=3, index=INDEX, chunk_count=2)]
    settled, ending = lifecycle.settle(current, Operation.UPDATE, 3, 0, own, REMOVED, NOW, 9)
    assert settled is not None
    assert settled.writers == {}
    assert ending.stale == [StaleVersion(version=3, index="", chunk_count=0, source=NAME)]


@pytest.mark.parametrize(
    ("error", "stale"), [("ExtractionFailed", {}), ("Timeout", {}), ("ExtractionFailed", {"3": {INDEX: 1}})]
)
def test_a_content_without_text_is_written_by_nobody_any_more(error: str, stale: dict[str, dict[str, int]]) -> None:
    current = record(status=Status.PROCESSING, sources={"3": NAME}, writers={"3": "arn"}, stale=stale)
    failed, _ = lifecycle.fail(current, Operation.UPDATE, 3, 0, ErrorDetail(type=error, message=""), NOW)
    assert failed is not None
    assert (failed.writers == {}) is (error == "ExtractionFailed" and not stale)
    assert not failed.has_leftovers or stale
    replaced = failed.model_copy(update={"version": 4, "status": Status.INDEXED, "indexed_version": 4})
    assert bool(replaced.stale_before(4, 9)) is (failed.writers == {})


@pytest.mark.parametrize("operation", [Operation.UPDATE, Operation.DELETE])
def test_the_latest_source_is_needed_unless_it_is_deleted(operation: Operation) -> None:
    assert record(operation=operation).needs_source(3) is (operation is Operation.UPDATE)
