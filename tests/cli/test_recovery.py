"""`bloomweaver sweep` and `bloomweaver retry`."""

from bloomweaver.models.record import Status
from tests.cli.conftest import Command
from tests.cli.fake_api import Answer, FakeApi
from tests.cli.test_documents import put

COUNTS = {
    "running": 1,
    "waiting": 5,
    "resent": 2,
    "begun_anew": 3,
    "given_up": 0,
    "cleaning": 4,
    "left_over": 0,
    "changed": 0,
    "listed": 6,
    "lost_answers": 7,
}


def test_a_sweep_tells_what_it_found(on_api: Command, api: FakeApi) -> None:
    api.scripted["POST /v1/sweep"] += [Answer(200, COUNTS), Answer(200, COUNTS)]
    assert on_api("sweep", "--json").json() == COUNTS
    shown = on_api("sweep").stdout
    assert "begun anew" in shown
    assert "4" in shown
    assert "lost answers" in " ".join(shown.split())


def test_a_failed_document_is_queued_again(on_api: Command, api: FakeApi) -> None:
    put(api, "a", Status.FAILED)
    run = on_api("retry", "a")
    assert (run.exit_code, run.stdout.strip()) == (0, "a is queued again (version 4)")
    assert api.records.records["a"].status is Status.QUEUED


def test_what_did_not_fail_is_not_retried(on_api: Command, api: FakeApi) -> None:
    put(api, "a", Status.INDEXED)
    run = on_api("retry", "a")
    assert run.exit_code == 1
    assert "is indexed, not failed" in run.stderr
    assert on_api("retry", "nobody").exit_code == 1


def test_every_failed_document_is_retried_and_a_refusal_stops_no_other(on_api: Command, api: FakeApi) -> None:
    for minute, name in enumerate("abc"):
        put(api, name, Status.FAILED, minute)
    api.scripted["POST /v1/documents/b/retry"].append(Answer(410, {"detail": "its body is gone"}))
    run = on_api("retry", "--failed", "--json")
    assert run.exit_code == 1
    assert "its body is gone" in run.stderr
    assert sorted(one["doc_hash"] for one in run.json()["retried"]) == ["a", "c"]
    assert run.json()["refused"] == 1


def test_one_document_or_all_that_failed_has_to_be_said(on_api: Command) -> None:
    assert on_api("retry").exit_code == 2
    assert on_api("retry", "a", "--failed").exit_code == 2
