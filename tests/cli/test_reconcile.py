"""`bloomweaver reconcile`."""

import json
from typing import Any

import pytest

from tests.cli.conftest import Command
from tests.cli.fake_api import Answer, FakeApi, problem

ID = "run-1"
KINDS = (
    *("missing_vectors", "missing_backups", "broken_backups", "wrong_counts", "missing_sources"),
    *("orphan_vectors", "orphan_backups", "orphan_sources"),
    *("unlisted_documents", "orphan_entries", "wrong_folder_counts"),
    *("unerased_answers", "lost_answers", "orphan_chat_items"),
)


def finding(**changes: Any) -> dict[str, Any]:
    wrong = {"kind": "orphan_vectors", "doc_hash": "nobody", "version": 4, "count": 2, "repair": "not_asked"}
    return {**wrong, "examples": ["nobody#v000004-00000"], "reason": "there is no record of the document", **changes}


def report(found: int = 0, repaired: int = 0, **changes: Any) -> dict[str, Any]:
    kinds = {kind: {"found": 0, "repaired": 0} for kind in KINDS} | {
        "orphan_vectors": {"found": found, "repaired": repaired}
    }
    seen = {"documents": 7, "vectors": 20, "backups": 18, "sources": 7, "entries": 44, "folders": 3, "chat_items": 9}
    counts = {**seen, "in_motion": 1, "kinds": kinds}
    asked = {"repair": False, "contents": True, "done": True, "updated_at": "2026-01-01T00:00:00.000000+00:00"}
    return {**asked, "found": found, "unrepaired": found - repaired, "counts": counts, **changes}


def ended(status: str = "succeeded", *findings: dict[str, Any], **changes: Any) -> Answer:
    body = {"id": ID, "execution_arn": "arn", "status": status, "error": None, "report": report(), "next_cursor": None}
    return Answer(200, {**body, "findings": list(findings), **changes})


def script(api: FakeApi, *answers: Answer) -> None:
    started = {"id": ID, "execution_arn": "arn", "status": "running"}
    api.scripted["POST /v1/reconcile"].append(Answer(202, started))
    api.scripted[f"GET /v1/reconcile/{ID}"].extend(answers)


def test_what_agrees_is_a_success(on_api: Command, api: FakeApi) -> None:
    script(api, ended("running", report=None), ended("running"), ended())
    run = on_api("reconcile")
    assert run.exit_code == 0
    assert "orphan_vectors" in run.stdout
    told = " ".join(run.stderr.split())
    assert "7 documents, 20 vectors, 18 backups, 7 sources, 44 entries of lists" in told
    assert "3 folders, 9 items of chats; left" in told
    assert "left alone while changing: 1" in told
    assert json.loads(api.requests[0].body) == {"repair": False, "contents": True}


def test_what_is_wrong_is_shown_and_exit_code_1(on_api: Command, api: FakeApi) -> None:
    script(api, ended("succeeded", finding(), finding(doc_hash=None, version=None), report=report(found=4)))
    run = on_api("reconcile")
    assert run.exit_code == 1
    shown = "".join(run.stdout.split())
    assert "nobody" in shown
    assert "--repair" in run.stderr


def test_what_is_repaired_is_a_success(on_api: Command, api: FakeApi) -> None:
    mended = finding(repair="removed")
    script(api, ended("succeeded", mended, report=report(found=2, repaired=2, repair=True)))
    run = on_api("reconcile", "--repair", "--no-contents")
    assert run.exit_code == 0
    assert "removed" in run.stdout
    assert json.loads(api.requests[0].body) == {"repair": True, "contents": False}


def test_what_could_not_be_repaired_is_exit_code_1(on_api: Command, api: FakeApi) -> None:
    left = finding(repair="impossible")
    script(api, ended("succeeded", left, report=report(found=2, repair=True)))
    assert on_api("reconcile", "--repair").exit_code == 1


def test_json_has_as_many_findings_as_asked_for(on_api: Command, api: FakeApi) -> None:
    first = ended("succeeded", finding(), finding(version=5), report=report(found=8), next_cursor="2")
    second = ended("succeeded", finding(version=6), finding(version=7), report=report(found=8), next_cursor="3")
    script(api, first, second)
    run = on_api("reconcile", "--findings", 3, "--json")
    assert run.exit_code == 1
    body = run.json()
    assert [found["version"] for found in body["findings"]] == [4, 5, 6]
    assert (body["id"], body["status"], body["report"]["unrepaired"]) == (ID, "succeeded", 8)
    assert "cursor=2" in api.requests[-1].path


def test_one_that_fails_says_why(on_api: Command, api: FakeApi) -> None:
    error = {"type": "ReconcileInterrupted", "message": "the index is away"}
    script(api, ended("failed", report=None, error=error))
    run = on_api("reconcile")
    assert run.exit_code == 1
    assert "the index is away" in run.stderr


def test_one_that_takes_too_long_is_exit_code_1(on_api: Command, api: FakeApi) -> None:
    script(api, *[ended("running")] * 20)
    run = on_api("reconcile", "--timeout", 1)
    assert run.exit_code == 1
    assert "has not ended yet" in run.stderr


@pytest.mark.parametrize("arguments", [("--findings", "-1"), ("--timeout", "0"), ("doc",)])
def test_wrong_use_is_exit_code_2(on_api: Command, arguments: tuple[str, ...]) -> None:
    assert on_api("reconcile", *arguments).exit_code == 2


def test_a_refusal_is_told(on_api: Command, api: FakeApi) -> None:
    api.scripted["POST /v1/reconcile"].append(problem(403, "not for you"))
    run = on_api("reconcile")
    assert run.exit_code == 1
    assert "not for you" in run.stderr
