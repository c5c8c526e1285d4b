"""The audit log on the whole stack, with roles enforced: who asked for which change, as an admin reads it."""

from datetime import datetime

import pytest

from bloomweaver.audit.entries import AuditEntry, CallerKind, Outcome
from bloomweaver.audit.requests import Unnamed
from bloomweaver.audit.routes import Action
from bloomweaver.auth.roles import Role
from bloomweaver.models.record import Operation
from cli.client import Api, ApiError
from tests.e2e.running_stack import RUN_SECONDS, RunningStack
from tests.e2e.test_access import bearer, call, note, signed
from tests.e2e.waiting import wait_for

pytestmark = pytest.mark.vector_store("lancedb")

TEXT = "The lamp of the lighthouse turns once in ten seconds."


def of_document(api: Api, doc_hash: str) -> list[AuditEntry]:
    """The entries of a document, the first one first."""
    return api.audit(doc_hash=doc_hash).entries[::-1]


def test_what_happens_to_a_document_is_told_with_who_asked_for_it(stack: RunningStack, doc_hash: str) -> None:
    stack.index(doc_hash, TEXT)
    body = note(doc_hash, f"{TEXT} It is red.")
    answer = call(stack, "POST", "/webhook", signed(stack, body, doc_hash), body)
    assert answer.status_code == 202
    stack.api.edit(doc_hash, {"title": "The lighthouse"})
    assert call(stack, "POST", f"/documents/{doc_hash}/retry", bearer(stack, Role.EDITOR)).status_code == 409
    assert stack.execution(stack.api.delete(doc_hash)).status == "SUCCEEDED"

    found = of_document(stack.api, doc_hash)
    assert [(entry.action, entry.operation, entry.outcome) for entry in found] == [
        (Action.SUBMIT, Operation.CREATE, Outcome.ACCEPTED),
        (Action.SUBMIT, Operation.UPDATE, Outcome.ACCEPTED),
        (Action.EDIT, Operation.UPDATE, Outcome.ACCEPTED),
        (Action.RETRY, None, Outcome.REFUSED),
        (Action.SUBMIT, Operation.DELETE, Outcome.ACCEPTED),
    ]
    assert [entry.caller.kind for entry in found] == [
        CallerKind.TOKEN, CallerKind.SIGNATURE, CallerKind.TOKEN, CallerKind.TOKEN, CallerKind.TOKEN,
    ]  # fmt: skip
    assert found[1].caller.subject == doc_hash
    assert found[1].correlation_id == answer.headers["X-Correlation-Id"]
    assert (found[3].caller.role, found[3].error) == ("editor", "NotFailed")
    assert {entry.source_ip for entry in found} == {"127.0.0.1"}
    assert [entry.version for entry in found] == [1, 2, 3, None, 4]
    listed = {entry.id for entry in stack.api.audit(subject=found[0].caller.subject).entries}
    assert {found[0].id, found[2].id} <= listed
    assert found[1].id in {entry.id for entry in stack.api.audit(caller=Unnamed.SIGNATURE).entries}


def test_an_operation_leads_to_its_run_and_to_what_it_changed(stack: RunningStack, doc_hash: str) -> None:
    stack.index(doc_hash, TEXT, folder=f"/{doc_hash}")
    wait_for(lambda: stack.api.in_folder(f"/{doc_hash}").documents, RUN_SECONDS, "the document is listed")
    change = stack.api.delete_folder(f"/{doc_hash}")
    run_id = f"folder_change-{change.id}"

    def deleted() -> list[AuditEntry]:
        return [entry for entry in of_document(stack.api, doc_hash) if entry.operation is Operation.DELETE]

    [of_the_document] = wait_for(deleted, RUN_SECONDS, f"the entry of the deletion of {doc_hash}")
    assert (of_the_document.action, of_the_document.caller.kind) == (Action.DELETE_FOLDER, CallerKind.OPERATION)
    assert of_the_document.caller.subject == run_id
    [of_the_folder] = [entry for entry in stack.api.audit().entries if run_id in entry.runs]
    assert (of_the_folder.action, of_the_folder.outcome) == (Action.DELETE_FOLDER, Outcome.ACCEPTED)
    assert (of_the_folder.target, of_the_folder.caller.kind) == (f"/{doc_hash}", CallerKind.TOKEN)
    assert stack.api.run(run_id).operation_id == change.id


def test_pages_go_through_the_whole_log(stack: RunningStack, doc_hash: str) -> None:
    for number in range(5):
        stack.submit(doc_hash, f"{TEXT} {number}")
    whole = stack.api.audit(doc_hash=doc_hash).entries
    found, cursor = [], None
    while True:
        page = stack.api.audit(doc_hash=doc_hash, limit=2, cursor=cursor)
        found += page.entries
        cursor = page.next_cursor
        if cursor is None:
            break
    assert (found, [entry.version for entry in found]) == (whole, [5, 4, 3, 2, 1])
    at = datetime.fromisoformat(found[1].at)
    since = stack.api.audit(doc_hash=doc_hash, since=at, until=at).entries
    assert since == [found[1]]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_an_admin_reads_the_log_and_nobody_else(stack: RunningStack, role: Role) -> None:
    assert call(stack, "GET", "/audit", bearer(stack, role)).status_code == 403
    assert call(stack, "GET", "/audit").status_code == 401
    with pytest.raises(ApiError) as refused:
        stack.api.audit(cursor="none")
    assert refused.value.status == 400


def test_who_proves_nothing_is_in_the_log_and_their_flood_is_not(stack: RunningStack, doc_hash: str) -> None:
    body = note(doc_hash, TEXT)
    forged = signed(stack, body, doc_hash) | {"webhook-signature": "v1,AAAA"}
    for _ in range(5):
        assert call(stack, "POST", "/webhook", forged, body).status_code == 401
    found = stack.api.audit(caller=Unnamed.NOBODY).entries
    assert found
    assert all((entry.outcome, entry.status) == (Outcome.REFUSED, 401) for entry in found)
    minutes = {(entry.action, entry.at[:16]) for entry in found}
    assert len(minutes) == len(found)  # they all come from one address
