"""From when on a version counts as late: the moment at which it was accepted."""

from bloomweaver.clock import seconds_between
from bloomweaver.documents import acceptance, lifecycle
from bloomweaver.documents.acceptance import Submission, next_version
from bloomweaver.documents.lifecycle import BranchResult
from bloomweaver.models.record import Branch, DocumentRecord, Operation, Outcome, Status

ACCEPTED, BEGUN, PUBLISHED = (f"2026-01-01T00:00:0{second}.500000+00:00" for second in (0, 3, 7))
WRITTEN = {branch: BranchResult(outcome=Outcome.WRITTEN) for branch in Branch}
DEAD_LETTERED = {**WRITTEN, Branch.PINECONE: BranchResult(outcome=Outcome.DEAD_LETTERED)}


def accepted() -> DocumentRecord:
    submission = Submission(
        Operation.CREATE, "doc", "c", content_type="text/plain", content_sha256="x", artifact="raw/x"
    )
    record, _ = acceptance.accept(None, submission, ACCEPTED)
    assert record is not None
    return record


def publish(results: dict[Branch, BranchResult]) -> tuple[DocumentRecord, str]:
    claimed, _ = lifecycle.claim(accepted(), 1, 0, "arn", BEGUN)
    registered, _ = lifecycle.register(claimed, 1, 0, 3, "index")
    published, ending = lifecycle.publish(registered, 1, 0, results, "model", "index", PUBLISHED, 9)
    assert published is not None
    return published, ending.accepted_at


def test_a_version_that_is_served_tells_when_it_was_accepted_whatever_happened_since() -> None:
    assert publish(WRITTEN)[1] == ACCEPTED
    assert seconds_between(ACCEPTED, PUBLISHED) == 7.0


def test_a_version_that_is_not_served_does_not() -> None:
    assert publish(DEAD_LETTERED)[1] == ""


def test_a_repeated_publish_tells_the_same() -> None:
    published, _ = publish(WRITTEN)
    _, again = lifecycle.publish(published, 1, 0, WRITTEN, "model", "index", PUBLISHED, 9)
    assert again.accepted_at == ACCEPTED


def test_what_is_accepted_again_is_late_from_then_on() -> None:
    failed = accepted().model_copy(update={"status": Status.FAILED})
    assert next_version(failed, "c", BEGUN, 0).accepted_at == BEGUN


def test_the_state_machine_does_not_get_it() -> None:
    claimed, _ = lifecycle.claim(accepted(), 1, 0, "arn", BEGUN)
    registered, _ = lifecycle.register(claimed, 1, 0, 3, "index")
    _, ending = lifecycle.publish(registered, 1, 0, WRITTEN, "model", "index", PUBLISHED, 9)
    assert set(ending.model_dump(mode="json")) == {"status", "stale", "stale_count", "error"}
