"""`bloomweaver dead-letters` and `bloomweaver redrive`."""

import json
from typing import Any

import pytest

from tests.cli.conftest import Command
from tests.cli.fake_api import Answer, FakeApi, problem

RUN = "pinecone-1"


def queue(branch: str, *letters: dict[str, Any]) -> dict[str, Any]:
    return {"branch": branch, "visible": len(letters), "in_flight": 0, "letters": list(letters)}


LETTER = {
    "message_id": "m-1",
    "age_seconds": 90061,
    "operation": "UPDATE",
    "doc_hash": "doc",
    "version": 3,
    "task": "write",
    "error": {"type": "VectorIndexRejected", "message": "no such index"},
    "failed_at": "2026-01-01T00:00:00Z",
    "redrives": 2,
    "execution_arn": "arn",
}
UNPARSEABLE = {
    "message_id": "m-2",
    "age_seconds": 1,
    "unparseable": {"reason": "body: Invalid JSON", "excerpt": "[red]\\x1b"},
}


def redriven(**changes: Any) -> dict[str, Any]:
    counts = {"redriven": 1, "superseded": 0, "waiting": 0, "unparseable": 0}
    return {"branch": "pinecone", **counts, "skipped": [], "executions": [RUN], "more": False, **changes}


def run_answer(status: str, outcomes: dict[str, int], error: dict[str, str] | None = None) -> Answer:
    return Answer(200, {"name": RUN, "execution_arn": "arn", "status": status, "outcomes": outcomes, "error": error})


def script(api: FakeApi, answer: dict[str, Any], *runs: Answer) -> None:
    api.scripted["POST /v1/dead-letters/pinecone/redrive"].append(Answer(202, answer))
    api.scripted[f"GET /v1/redrives/{RUN}"].extend(runs)


def test_what_lies_in_the_queues_is_shown(on_api: Command, api: FakeApi) -> None:
    api.scripted["GET /v1/dead-letters"].append(
        Answer(200, {"queues": [queue("pinecone", LETTER), queue("create", UNPARSEABLE)]})
    )
    run = on_api("dead-letters")
    assert run.exit_code == 0
    for shown in ("VectorIndexRejected: no such index", "1 day, 1:01:01", "body: Invalid JSON", "[red]", "m-1"):
        assert shown in run.stdout


def test_one_queue_as_json(on_api: Command, api: FakeApi) -> None:
    api.scripted["GET /v1/dead-letters"].append(Answer(200, {"queues": [queue("s3")]}))
    run = on_api("dead-letters", "--branch", "s3", "--limit", 5, "--json")
    assert run.json() == {"queues": [queue("s3")]}
    assert "branch=s3" in api.requests[-1].path
    assert "limit=5" in api.requests[-1].path


def test_an_empty_queue_is_a_success_that_says_so(on_api: Command, api: FakeApi) -> None:
    script(api, redriven(redriven=0, executions=[]))
    run = on_api("redrive", "pinecone", "--wait", "--json")
    assert run.exit_code == 0
    assert (run.json()["redriven"], run.json()["runs"]) == (0, [])


def test_a_redrive_sends_what_it_chooses_by(on_api: Command, api: FakeApi) -> None:
    script(api, redriven())
    run = on_api("redrive", "pinecone", "--doc", "doc", "--error-type", "VectorIndexRejected")
    assert run.exit_code == 0
    assert RUN in run.stderr
    assert json.loads(api.requests[-1].body) == {"doc_hash": "doc", "error_type": "VectorIndexRejected"}


def test_waiting_ends_with_the_outcomes(on_api: Command, api: FakeApi) -> None:
    script(api, redriven(), run_answer("running", {}), run_answer("succeeded", {"mended": 1}))
    run = on_api("redrive", "pinecone", "--wait")
    assert run.exit_code == 0
    assert "1 mended" in run.stderr


def test_waiting_goes_on_until_no_letters_are_left(on_api: Command, api: FakeApi) -> None:
    script(api, redriven(redriven=200, more=True), *[run_answer("succeeded", {"mended": 200})] * 2)
    script(api, redriven(redriven=7))
    run = on_api("redrive", "pinecone", "--wait", "--json")
    assert run.exit_code == 0
    assert (run.json()["redriven"], run.json()["executions"], run.json()["more"]) == (207, [RUN, RUN], False)


def test_a_letter_that_failed_again_is_exit_code_1(on_api: Command, api: FakeApi) -> None:
    script(api, redriven(), run_answer("failed", {}, {"type": "DeadLettered", "message": "it is back in its queue"}))
    run = on_api("redrive", "pinecone", "--wait")
    assert run.exit_code == 1
    assert "it is back in its queue" in run.stderr


def test_a_redrive_that_takes_too_long_is_exit_code_1(on_api: Command, api: FakeApi) -> None:
    script(api, redriven(), *[run_answer("running", {})] * 20)
    run = on_api("redrive", "pinecone", "--wait", "--timeout", 1)
    assert run.exit_code == 1
    assert "has not ended yet" in run.stderr


def test_what_was_left_out_is_explained(on_api: Command, api: FakeApi) -> None:
    skipped = [
        {"message_id": "m", "doc_hash": "a", "version": 1, "verdict": "drop", "reason": "version 2 was accepted"},
        {"message_id": "n", "doc_hash": "b", "version": 1, "verdict": "wait", "reason": "a run is under way"},
    ]
    script(api, redriven(redriven=0, superseded=1, waiting=1, executions=[], skipped=skipped, more=True))
    run = on_api("redrive", "pinecone")
    assert "a version 1 dropped: version 2 was accepted" in run.stderr
    assert "b version 1 left there: a run is under way" in run.stderr
    assert "run the command again" in run.stderr


@pytest.mark.parametrize("arguments", [("redrive", "moon"), ("redrive",), ("dead-letters", "--limit", "0")])
def test_wrong_use_is_exit_code_2(on_api: Command, arguments: tuple[str, ...]) -> None:
    assert on_api(*arguments).exit_code == 2


def test_a_refusal_is_told(on_api: Command, api: FakeApi) -> None:
    api.scripted["POST /v1/dead-letters/create/redrive"].append(problem(422, "they have no error", "error_type"))
    run = on_api("redrive", "create", "--error-type", "x")
    assert run.exit_code == 1
    assert "they have no error" in run.stderr
