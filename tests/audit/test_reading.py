"""Pages of the audit log."""

import pytest
from pydantic import ValidationError

from bloomweaver.audit import writing
from bloomweaver.audit.entries import Caller, CallerKind, Outcome, of_beginning, of_done
from bloomweaver.audit.reading import read_log
from bloomweaver.audit.requests import AuditRequest
from bloomweaver.audit.routes import Action
from bloomweaver.errors import InvalidCursor
from tests.audit.memory_audit import MemoryAudit, asked


def at(minute: int) -> str:
    return f"2026-11-30T12:{minute:02d}:00.000000+00:00"


@pytest.fixture
def log() -> MemoryAudit:
    """Ten entries of two subjects, a minute apart; each third is of an operation, of which half have ended."""
    log = MemoryAudit()
    for number in range(10):
        who = asked(subject=("ann", "bob")[number % 2], action=Action.REINDEX if number % 3 == 0 else Action.UPLOAD)
        if number % 3:
            log.add(of_done(who, at(number)))
            continue
        entry = of_beginning(who, at(number), doc_hash=f"doc-{number}")
        log.add(entry)
        if number % 2:
            writing.end(log, lambda number=number: at(number + 1), entry, Outcome.DONE)  # type: ignore[misc]
    return log


def test_a_page_goes_on_where_the_one_before_ended(log: MemoryAudit) -> None:
    whole = read_log(log, AuditRequest())
    assert [entry.at for entry in whole.entries] == [at(number) for number in range(9, -1, -1)]
    assert whole.next_cursor is None
    found, cursor = [], None
    while True:
        page = read_log(log, AuditRequest(limit=3, cursor=cursor))
        found += page.entries
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == whole.entries


def test_an_operation_has_its_ending_and_one_without_is_unknown(log: MemoryAudit) -> None:
    found = {entry.at: entry for entry in read_log(log, AuditRequest()).entries}
    assert [found[at(number)].outcome for number in (0, 3, 6, 9)] == ["unknown", "done", "unknown", "done"]
    assert [found[at(number)].ended_at for number in (0, 3, 6, 9)] == [None, at(4), None, at(10)]


def test_a_list_is_of_a_subject_a_document_or_a_time(log: MemoryAudit) -> None:
    of_ann = read_log(log, AuditRequest(subject="ann")).entries
    assert [entry.at for entry in of_ann] == [at(number) for number in (8, 6, 4, 2, 0)]
    of_document = read_log(log, AuditRequest(doc_hash="doc-3")).entries
    assert [entry.at for entry in of_document] == [at(3)]
    between = AuditRequest.model_validate({"since": "2026-11-30T14:04:00+02:00", "until": at(6)})
    assert [entry.at for entry in read_log(log, between).entries] == [at(6), at(5), at(4)]


def test_those_that_no_subject_names_have_lists_of_their_own(log: MemoryAudit) -> None:
    signed = of_done(asked(), at(20)).model_copy(update={"caller": Caller(kind=CallerKind.SIGNATURE, subject="m1")})
    log.add(signed)
    assert read_log(log, AuditRequest.model_validate({"caller": "signature"})).entries == [signed]
    # A subject may be called whatever a kind of caller is called.
    assert read_log(log, AuditRequest(subject="signature")).entries == []


@pytest.mark.parametrize(
    "other",
    [{}, {"subject": "bob"}, {"doc_hash": "ann"}, {"caller": "signature"}, {"subject": "ann", "since": at(0)}],
)
def test_a_cursor_of_another_list_is_refused(log: MemoryAudit, other: dict[str, str]) -> None:
    cursor = read_log(log, AuditRequest(subject="ann", limit=2)).next_cursor
    assert cursor is not None
    with pytest.raises(InvalidCursor):
        read_log(log, AuditRequest.model_validate({**other, "cursor": cursor}))


@pytest.mark.parametrize("cursor", ["", "none", "eJw", "é", "A" * 5000])
def test_a_cursor_that_is_none_is_refused(log: MemoryAudit, cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        read_log(log, AuditRequest(cursor=cursor))


@pytest.mark.parametrize(
    "request_",
    [
        {"subject": "ann", "doc_hash": "doc"},
        {"caller": "nobody", "doc_hash": "doc"},
        {"caller": "token"},
        {"subject": ""},
        {"doc_hash": "a/b"},
        {"since": at(2), "until": at(1)},
        {"since": "yesterday"},
        {"since": "2026-11-30T12:00:00"},
        {"limit": "0"},
        {"limit": "201"},
        {"outcome": "refused"},
    ],
)
def test_what_is_no_list_is_refused(request_: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        AuditRequest.model_validate(request_)
