"""The model: what it takes for true, and that each broken promise is found."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bloomweaver.models.record import Operation
from bloomweaver.search.answer import SearchHit
from faults.findings import Findings
from faults.journal import Journal
from faults.model import Known, Model
from faults.workload import Change

DOC = "doc-1"


def _change(number: int, parts: int = 2, **fields: Any) -> Change:
    texts = tuple(f"c{number:05d}p{place}of{parts} text" for place in range(1, parts + 1))
    return Change(number, DOC, Operation.UPDATE, texts, **fields)


def _delete(number: int) -> Change:
    return Change(number, DOC, Operation.DELETE)


def _hits(version: int, change: Change, places: int | None = None) -> list[SearchHit]:
    return [
        SearchHit(doc_hash=DOC, version=version, chunk_id=f"v{version:06d}-{index:05d}", score=0.5, text=part)
        for index, part in enumerate(change.parts[:places])
    ]


@pytest.fixture
def findings(tmp_path: Path) -> Findings:
    return Findings(Journal(tmp_path / "journal.jsonl"))


@pytest.fixture
def model(findings: Findings) -> Model:
    return Model(findings)


def _queue(model: Model, change: Change, version: int) -> None:
    model.queued(change, version, model.known(DOC))


def _search(model: Model, hits: list[SearchHit], before: Known | None = None, whole: str | None = DOC) -> None:
    model.searched(hits, {DOC: before or model.known(DOC)}, whole=whole)


def _promises(findings: Findings) -> set[str]:
    return {violation.promise for violation in findings.all()}


def test_a_run_as_it_should_be_breaks_no_promise(model: Model, findings: Findings) -> None:
    first, second, third = _change(1), _change(2, parts=3), _change(4)
    _queue(model, first, 1)
    before = model.known(DOC)
    _search(model, _hits(1, first))
    _queue(model, second, 2)
    _search(model, _hits(1, first))
    _search(model, _hits(2, second))
    _search(model, _hits(1, first), before)  # it was sent before the newer version was seen
    _queue(model, _delete(3), 3)
    _search(model, [])
    _queue(model, third, 4)
    _search(model, _hits(4, third))
    model.unchanged(third, 4)
    model.check_observed()
    assert findings.all() == []
    assert model.newest(DOC, 4) == [third]


def test_a_deleted_text_is_found_even_if_it_was_created_again(model: Model, findings: Findings) -> None:
    _queue(model, _change(1), 1)
    _queue(model, _delete(2), 2)
    _queue(model, _change(3), 3)
    _search(model, _hits(1, _change(1)))
    assert _promises(findings) == {"nothing deleted is served"}


def test_an_older_version_than_one_that_was_seen(model: Model, findings: Findings) -> None:
    _queue(model, _change(1), 1)
    _queue(model, _change(2), 2)
    _search(model, _hits(2, _change(2)))
    _search(model, _hits(1, _change(1)))
    assert _promises(findings) == {"never older than what was seen"}


def test_two_versions_in_one_answer(model: Model, findings: Findings) -> None:
    _queue(model, _change(1), 1)
    _queue(model, _change(2), 2)
    _search(model, _hits(1, _change(1)) + _hits(2, _change(2)))
    assert "never two versions of a document in an answer" in _promises(findings)


def test_half_a_document(model: Model, findings: Findings) -> None:
    _queue(model, _change(1, parts=3), 1)
    _search(model, _hits(1, _change(1, parts=3), places=2), whole=None)
    assert findings.all() == [], "a search across all documents need not show all of one"
    _search(model, _hits(1, _change(1, parts=3), places=2))
    assert _promises(findings) == {"never half a document"}


def test_a_text_under_a_version_that_is_not_its_own(model: Model, findings: Findings) -> None:
    _queue(model, _change(1), 1)
    _queue(model, _change(2), 2)
    _search(model, _hits(2, _change(1)))
    model.check_observed()
    assert _promises(findings) == {"a version shows its own text"}


def test_a_version_that_no_answer_named_belongs_to_a_lost_answer(model: Model, findings: Findings) -> None:
    lost = _change(1)
    model.unsure(lost)
    _search(model, _hits(1, lost))
    model.check_observed()
    assert findings.all() == []
    assert model.newest(DOC, 1) == [lost]

    _search(model, _hits(1, _change(9)))
    model.check_observed()
    assert _promises(findings) == {"a version shows its own text"}


def test_unchanged_tells_of_what_a_lost_answer_did(model: Model, findings: Findings) -> None:
    _queue(model, _change(1), 1)
    lost, other = _delete(2), _change(3)
    model.unsure(lost)
    model.unsure(other)
    model.unchanged(lost, 2)
    assert model.newest(DOC, 2) == [lost]
    _search(model, _hits(1, _change(1)))
    assert _promises(findings) == {"nothing deleted is served"}


def test_a_record_that_is_behind_what_was_accepted_cannot_be(model: Model) -> None:
    _queue(model, _change(1), 1)
    _queue(model, _change(2), 2)
    assert model.newest(DOC, 1) == []


def test_a_version_is_given_once_and_only_upwards(model: Model, findings: Findings) -> None:
    before = model.known(DOC)
    _queue(model, _change(1), 2)
    model.queued(_change(2), 2, before)
    assert _promises(findings) == {"a version is given once"}
    _queue(model, _change(3), 1)
    assert "versions grow" in _promises(findings)


def test_an_older_source_version_that_is_accepted(model: Model, findings: Findings) -> None:
    _queue(model, _change(1, source_version=5), 1)
    _queue(model, _change(2, source_version=4), 2)
    assert _promises(findings) == {"an older source_version is refused"}


def test_unchanged_for_something_else(model: Model, findings: Findings) -> None:
    _queue(model, _change(1), 1)
    model.unchanged(_change(2), 1)
    assert _promises(findings) == {"unchanged means equal"}


def test_what_may_be_refused(model: Model, findings: Findings) -> None:
    model.refused(_delete(1), 404, model.known(DOC))
    model.refused(_change(2, source_version=1), 409, model.known(DOC))
    assert findings.all() == []
    model.refused(_change(3), 409, model.known(DOC))
    _queue(model, _change(4), 1)
    model.refused(_delete(5), 404, model.known(DOC))
    assert [violation.promise for violation in findings.all()] == ["nothing valid is refused"] * 2


def test_a_retry_has_the_content_of_what_failed(model: Model, findings: Findings) -> None:
    _queue(model, _change(1), 1)
    _queue(model, _delete(2), 2)
    model.retried(DOC, Operation.DELETE, 2, 3)
    assert model.newest(DOC, 3) == [_delete(2)]
    assert model.known(DOC).deleted == 3
    assert findings.all() == []


def _moved(change: Change) -> Change | None:
    return replace(change, number=change.number + 100, folder="/new") if change.folder == "/old" else None


def test_what_may_have_moved_is_where_it_was_or_where_it_went(model: Model, findings: Findings) -> None:
    first, elsewhere = _change(1, folder="/old"), _change(2, folder="/other")
    _queue(model, first, 1)
    model.may_change([DOC], _moved)
    model.may_change([DOC], _moved)
    assert {change.folder for change in model.newest(DOC, 2)} == {"/new"}
    assert model.newest(DOC, 1) == [first]
    _queue(model, elsewhere, 2)
    assert model.newest(DOC, 2) == [elsewhere]
    assert findings.all() == []


def test_documents_that_are_left_out_are_held_against_nothing(findings: Findings) -> None:
    model = Model(findings, leaves_out="synced-")
    first = _change(1)
    hits = [hit.model_copy(update={"doc_hash": "synced-1"}) for hit in _hits(1, first)]
    model.searched(hits, {}, whole=None)
    model.check_observed()
    assert findings.all() == []


def test_an_edit_of_what_may_not_be_there_may_be_refused_and_no_other(model: Model, findings: Findings) -> None:
    edit = _change(2, is_edit=True)
    model.refused(edit, 404, model.known(DOC))
    assert findings.all() == []
    _queue(model, _change(1), 1)
    model.refused(edit, 404, model.known(DOC))
    assert _promises(findings) == {"nothing valid is refused"}
