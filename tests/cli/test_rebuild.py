"""`bloomweaver rebuild`."""

import json
from typing import Any

import pytest

from tests.cli.conftest import Command
from tests.cli.fake_api import Answer, FakeApi, problem

ID = "rebuild-1"


def report(*problems: dict[str, Any], sound: bool = True, source: str = "bloomweaver", **counts: int) -> dict[str, Any]:
    objects = {"restored": 18, "not_served": 2, "broken": 0}
    counted = {"documents": 7, "chunks": 20, "late": 0, "incomplete": 0, "unrestored": 0, "in_motion": 1}
    counted |= {"moved": 0, "unmoved": 0, "left": 0, **counts}
    return {
        "index": "bloomweaver",
        "source": source,
        "done": True,
        "updated_at": "2026-01-01T00:00:00.000000+00:00",
        "sound": sound,
        "counts": {"objects": objects, **counted},
        "problems": list(problems),
    }


def lost(**changes: Any) -> dict[str, Any]:
    found = {"fate": "missing", "doc_hash": "handbook", "version": 3, "count": 2, "reason": "there is no such object"}
    return {**found, "example": "handbook/v000003-00001.json", **changes}


def ended(status: str = "succeeded", **changes: Any) -> Answer:
    body = {"id": ID, "execution_arn": "arn", "status": status, "error": None, "report": report()}
    return Answer(200, {**body, **changes})


def script(api: FakeApi, *answers: Answer) -> None:
    started = {"id": ID, "execution_arn": "arn", "status": "running"}
    api.scripted["POST /v1/rebuild"].append(Answer(202, started))
    api.scripted[f"GET /v1/rebuild/{ID}"].extend(answers)


def test_a_whole_index_is_a_success(on_api: Command, api: FakeApi) -> None:
    script(api, ended("running", report=None), ended("running"), ended())
    run = on_api("rebuild")
    assert run.exit_code == 0
    assert "restored" in run.stdout
    assert "'bloomweaver' holds 20 of 20 passages of 7 documents; incomplete: 0; changed meanwhile: 1" in run.stderr


def test_what_could_not_be_restored_is_shown_and_exit_code_1(on_api: Command, api: FakeApi) -> None:
    script(api, ended(report=report(lost(), sound=False, incomplete=1, unrestored=2, late=3)))
    run = on_api("rebuild")
    assert run.exit_code == 1
    shown = "".join(run.stdout.split())
    assert "handbook" in shown
    assert "thereisnosuchobject" in shown
    assert "18 of 20 passages of 7 documents, 3 of them in a second try; incomplete: 1" in run.stderr
    assert "reconcile --repair" in run.stderr


def test_a_copy_says_what_is_served_from_where(on_api: Command, api: FakeApi) -> None:
    script(api, ended(report=report(source="old", moved=5, unmoved=2, left=3, sound=False)))
    run = on_api("rebuild", "--from", "old")
    assert run.exit_code == 1
    assert "from 'bloomweaver' now: 5 documents; still from 'old': 2; something of 'old' is left for: 3" in run.stderr
    assert json.loads(api.requests[0].body) == {"from_index": "old"}


def test_json_is_the_whole_answer(on_api: Command, api: FakeApi) -> None:
    script(api, ended(report=report(lost(), sound=False, unrestored=2)))
    run = on_api("rebuild", "--json")
    assert run.exit_code == 1
    body = run.json()
    assert (body["id"], body["report"]["counts"]["unrestored"]) == (ID, 2)
    assert body["report"]["problems"] == [lost()]
    assert json.loads(api.requests[0].body) == {}


def test_one_that_fails_says_why(on_api: Command, api: FakeApi) -> None:
    error = {"type": "VectorIndexRejected", "message": "the index has vectors of 768 numbers, not 384"}
    script(api, ended("failed", report=None, error=error))
    run = on_api("rebuild")
    assert run.exit_code == 1
    assert "VectorIndexRejected: the index has vectors of 768 numbers" in run.stderr


def test_one_that_takes_too_long_is_exit_code_1(on_api: Command, api: FakeApi) -> None:
    script(api, *[ended("running")] * 20)
    run = on_api("rebuild", "--timeout", 1)
    assert run.exit_code == 1
    assert "has not ended yet" in run.stderr


@pytest.mark.parametrize("arguments", [("--timeout", "0"), ("index",)])
def test_wrong_use_is_exit_code_2(on_api: Command, arguments: tuple[str, ...]) -> None:
    assert on_api("rebuild", *arguments).exit_code == 2


def test_a_conflict_is_told(on_api: Command, api: FakeApi) -> None:
    api.scripted["POST /v1/rebuild"].append(problem(409, "id: the rebuild 'x' is running since noon"))
    run = on_api("rebuild")
    assert run.exit_code == 1
    assert "'x' is running" in run.stderr
