"""`bloomweaver reindex`, `bloomweaver indexes` and `bloomweaver delete-index`."""

from typing import Any

import pytest

from tests.cli.conftest import Command
from tests.cli.fake_api import Answer, FakeApi, problem

ID = "run-1"


def report(left: dict[str, list[str]] | None = None, **changes: Any) -> dict[str, Any]:
    stay = {
        reason: {"count": len((left or {}).get(reason, [])), "examples": (left or {}).get(reason, [])}
        for reason in ("failed", "partial", "no_content")
    }
    counts = {"moved": 5, "from_backups": 1, "documents": 7, "served_here": 6, "left": stay}
    state = {"index": "second", "done": True, "updated_at": "2026-01-01T00:00:00.000000+00:00", "under_way": 0}
    unmoved = sum(len(examples) for examples in (left or {}).values())
    return {**state, "counts": counts, "still_named": [], "retired": ["first"], "unmoved": unmoved, **changes}


def ended(status: str = "succeeded", **changes: Any) -> Answer:
    body = {"id": ID, "execution_arn": "arn", "status": status, "error": None, "report": report()}
    return Answer(200, {**body, **changes})


def script(api: FakeApi, *answers: Answer) -> None:
    started = {"id": ID, "execution_arn": "arn", "status": "running", "index": "second"}
    api.scripted["POST /v1/reindex"].append(Answer(202, started))
    api.scripted[f"GET /v1/reindex/{ID}"].extend(answers)


def test_it_tells_how_far_it_is_and_what_came_of_it(on_api: Command, api: FakeApi) -> None:
    script(api, ended("running", report=None), ended("running", report=report(under_way=2, done=False)), ended())
    run = on_api("reindex")
    assert run.exit_code == 0
    told = " ".join(run.stderr.split())
    assert "moved 5, under way 2" in told
    assert "moved 5 documents to 'second', 1 of them from passages; 6 of 7 are served from there" in told
    assert "retired: first" in told


def test_what_could_not_be_moved_is_named_and_exit_code_1(on_api: Command, api: FakeApi) -> None:
    left = report({"no_content": ["doc-1", "doc-2"]}, retired=[], still_named=["first"])
    script(api, ended(report=left))
    run = on_api("reindex")
    assert run.exit_code == 1
    shown = "".join(run.stdout.split())
    assert "no_content" in shown
    assert "doc-1,doc-2" in shown
    assert "something lies in first yet" in " ".join(run.stderr.split())


def test_json_is_the_answer_and_nothing_else(on_api: Command, api: FakeApi) -> None:
    script(api, ended("running"), ended())
    run = on_api("reindex", "--json")
    assert (run.exit_code, run.json()["report"]["counts"]["moved"]) == (0, 5)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            ended("failed", report=None, error={"type": "ReindexInterrupted", "message": "no such index"}),
            "no such index",
        ),
        (ended("aborted", error={"type": "aborted", "message": "somebody stopped it"}), "somebody stopped it"),
    ],
)
def test_one_that_fails_says_why(on_api: Command, api: FakeApi, answer: Answer, said: str) -> None:
    script(api, answer)
    run = on_api("reindex")
    assert (run.exit_code, said in run.stderr) == (1, True)


def test_one_that_takes_longer_goes_on_and_is_exit_code_1(on_api: Command, api: FakeApi) -> None:
    script(api, *[ended("running")] * 20)
    run = on_api("reindex", "--timeout", 1)
    assert (run.exit_code, "has not ended yet" in run.stderr) == (1, True)


def test_a_second_one_is_told_which_runs(on_api: Command, api: FakeApi) -> None:
    api.scripted["POST /v1/reindex"].append(problem(409, "reindex: the reindex 'run-0' to the index 'x' is running"))
    run = on_api("reindex")
    assert (run.exit_code, "run-0" in run.stderr) == (1, True)


def page(documents: dict[str, int], cursor: str | None) -> Answer:
    entry = {"model": "minilm", "dimension": 384, "chunk_max_tokens": 256, "chunk_overlap_tokens": 32}
    states = {"first": "live", "second": "retired"}
    cards = [{"name": name, "state": state, **entry, "created_at": "x"} for name, state in states.items()]
    return Answer(200, {"deployed": "first", "indexes": cards, "documents": documents, "next_cursor": cursor})


def test_the_documents_of_all_pages_are_counted(on_api: Command, api: FakeApi) -> None:
    api.scripted["GET /v1/indexes"].extend([page({"first": 3}, "doc-9"), page({"first": 4}, None)] * 2)
    run = on_api("indexes")
    shown = "".join(run.stdout.split())
    assert run.exit_code == 0
    assert "first(deployed)" in shown
    assert "retired" in shown
    assert on_api("indexes", "--json").json()["documents"] == {"first": 7}
    assert "cursor=doc-9" in api.requests[1].path


def test_an_index_is_waited_for_until_it_is_gone(
    on_api: Command, api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.commands.reindex._DELETION_POLL_SECONDS", 0.0)
    deleting, deleted = ({"name": "second", "status": status} for status in ("deleting", "deleted"))
    api.scripted["DELETE /v1/indexes/second"].extend(
        [Answer(202, deleting), Answer(202, deleting), Answer(200, deleted)]
    )
    assert "second is deleted" in on_api("delete-index", "second").stdout

    api.scripted["DELETE /v1/indexes/second"].append(Answer(202, deleting))
    run = on_api("delete-index", "second", "--timeout", "0")
    assert (run.exit_code, "being deleted yet" in run.stdout) == (1, True)


def test_a_retired_index_is_deleted_and_another_is_refused(on_api: Command, api: FakeApi) -> None:
    api.scripted["DELETE /v1/indexes/second"].append(Answer(200, {"name": "second", "status": "deleted"}))
    assert "second is deleted" in on_api("delete-index", "second").stdout
    api.scripted["DELETE /v1/indexes/first"].append(problem(409, "index: the index 'first' is live"))
    run = on_api("delete-index", "first")
    assert (run.exit_code, "is live" in run.stderr) == (1, True)
