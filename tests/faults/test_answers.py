"""What the fault run holds answers against: that each broken promise is found, and that nothing else is."""

from pathlib import Path
from typing import Any, cast

import pytest

from bloomweaver.chats.answers import Citation, CitationState, ShownMessage
from bloomweaver.chats.message import Message, MessageStatus
from bloomweaver.models.record import Operation
from faults.answers import AS_CITED, AS_FENCED, AS_READ, NOT_LOST, Answers
from faults.findings import Findings
from faults.journal import Journal
from faults.model import Known, Model
from faults.stand import Stand
from faults.workload import Change

DOC, OTHER = "doc-1", "doc-2"
AT = "2026-01-01T00:00:00.000000+00:00"


@pytest.fixture
def findings(tmp_path: Path) -> Findings:
    return Findings(Journal(tmp_path / "journal.jsonl"))


@pytest.fixture
def model(findings: Findings) -> Model:
    """Both documents were created: the first by change 1, the other by change 2."""
    made = Model(findings)
    for number, doc_hash in enumerate((DOC, OTHER), 1):
        made.queued(_created(number, doc_hash), 1, Known())
    return made


@pytest.fixture
def answers(model: Model, findings: Findings) -> Answers:
    return Answers(cast(Stand, None), model, findings)


def _created(number: int, doc_hash: str) -> Change:
    return Change(number, doc_hash, Operation.CREATE, (f"c{number:05d}p1of1 text",))


def _delete(model: Model, version: int = 2) -> None:
    model.queued(Change(90, DOC, Operation.DELETE), version, model.known(DOC))


def _cited(doc_hash: str, quote: str | None, **fields: Any) -> Citation:
    given: dict[str, Any] = {"number": 1, "version": 1, "chunk_id": "v1", "state": CitationState.CURRENT, "at": []}
    return Citation(doc_hash=doc_hash, quote=quote, **given | fields)


def _shown(text: str, *citations: Citation, status: MessageStatus = MessageStatus.COMPLETE) -> ShownMessage:
    return ShownMessage.model_validate(
        {
            **dict.fromkeys(("generator", "used", "error", "feedback", "ended_at")),
            **{"chat_id": "c", "message_id": "000001", "status": status, "question": "?", "text": text},
            **{"citations": citations, "rests_on_superseded": False, "attempt": 1, "asked_at": AT, "started_at": AT},
        }
    )


def _kept(status: MessageStatus, **rests_on: int) -> Message:
    return Message.model_validate(
        {
            **{"owner": "o", "chat_id": "c", "id": "000001", "question": "?", "status": status, "expires_at": 1},
            **{"rests_on": {DOC: 1} | rests_on, "asked_at": AT, "started_at": AT, "updated_at": AT},
        }
    )


def _promises(findings: Findings) -> list[tuple[str, str]]:
    return [(violation.promise, violation.doc_hash) for violation in findings.all()]


def test_an_answer_as_it_should_be_breaks_no_promise(answers: Answers, model: Model, findings: Findings) -> None:
    before = model.all_known()
    text = "c00001p1of1 [1]. c00002p1of1 is there too."
    shown = _shown(text, _cited(DOC, "c00001p1of1 text", at=[text.index("[1]")]))
    answers.check_read(shown, before)
    _delete(model)
    answers.check_read(shown, before)  # it was asked for before the deletion was answered
    answers.check_read(_shown("", _cited(DOC, None, state=CitationState.WITHDRAWN)), model.all_known())
    answers.check_read(_shown("c00002p1of1 is there."), model.all_known())
    answers.check_fenced(_kept(MessageStatus.COMPLETE), before)
    answers.check_fenced(_kept(MessageStatus.WITHHELD), model.all_known())
    assert _promises(findings) == []


def test_a_deleted_text_is_found_in_an_answer_that_does_not_cite_it(
    answers: Answers, model: Model, findings: Findings
) -> None:
    _delete(model)
    answers.check_read(_shown("c00001p1of1 is there too. c00002p1of1 as well."), model.all_known())
    assert _promises(findings) == [(AS_READ, DOC)]


def test_a_text_that_is_there_again_may_be_said(answers: Answers, model: Model, findings: Findings) -> None:
    _delete(model)
    model.queued(_created(1, DOC), 3, model.known(DOC))
    answers.check_read(_shown("c00001p1of1 is there."), model.all_known())
    assert _promises(findings) == []


def test_of_a_text_that_may_have_been_sent_again_nothing_is_said(
    answers: Answers, model: Model, findings: Findings
) -> None:
    _delete(model)
    model.unsure(_created(1, DOC))
    answers.check_read(_shown("c00001p1of1 is there."), model.all_known())
    assert _promises(findings) == []


@pytest.mark.parametrize(
    "citation",
    [
        _cited(DOC, None),
        _cited(OTHER, "c00002p1of1 text", state=CitationState.SUPERSEDED),
        _cited(OTHER, "c00001p1of1 text"),
    ],
    ids=["a deleted version is current", "what was replaced is quoted", "a quote has a deleted text"],
)
def test_a_citation_of_what_is_gone_is_found(
    citation: Citation, answers: Answers, model: Model, findings: Findings
) -> None:
    _delete(model)
    answers.check_read(_shown("So it is.", citation), model.all_known())
    assert [promise for promise, _ in _promises(findings)] == [AS_READ]


def test_a_citation_of_another_passage_than_the_one_that_is_named_is_found(
    answers: Answers, model: Model, findings: Findings
) -> None:
    text = "c00001p1of1 [1]. c00002p1of1 is there too."
    answers.check_read(_shown(text, _cited(OTHER, "c00002p1of1 text", at=[text.index("[1]")])), model.all_known())
    assert _promises(findings) == [(AS_CITED, OTHER)]


def test_an_answer_that_is_kept_and_rests_on_what_was_deleted_before_is_found(
    answers: Answers, model: Model, findings: Findings
) -> None:
    _delete(model)
    answers.check_fenced(_kept(MessageStatus.COMPLETE), model.all_known())
    assert _promises(findings) == [(AS_FENCED, DOC)]


def test_an_answer_that_goes_on_for_ever_is_found(answers: Answers, findings: Findings) -> None:
    answers.lost("chats/c/messages/000001", _shown("", status=MessageStatus.RUNNING))
    assert _promises(findings) == [(NOT_LOST, "")]
