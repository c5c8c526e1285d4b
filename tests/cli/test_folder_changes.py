"""`bloomweaver move-folder` and `bloomweaver delete-folder`."""

from typing import Any

import pytest

from tests.cli.conftest import Command
from tests.cli.fake_api import Answer, FakeApi, problem

ID = "run-1"
REASONS = ("failed", "partial", "no_content", "no_place", "newer")


def report(left: dict[str, list[str]] | None = None, **changes: Any) -> dict[str, Any]:
    stay = {
        reason: {"count": len((left or {}).get(reason, [])), "examples": (left or {}).get(reason, [])}
        for reason in REASONS
    }
    at = "2026-01-01T00:00:00.000000+00:00"
    return {
        "operation": "move",
        "folder": "/a",
        "to": "/b",
        "asked_at": at,
        "done": True,
        "updated_at": at,
        "counts": {"documents": 5, "done": 5, "left": stay},
        "under_way": 0,
        "unchanged": sum(len(examples) for examples in (left or {}).values()),
        **changes,
    }


def ended(status: str = "succeeded", **changes: Any) -> Answer:
    return Answer(
        200, {"id": ID, "execution_arn": "arn", "status": status, "error": None, "report": report(), **changes}
    )


def script(api: FakeApi, route: str, *answers: Answer) -> None:
    api.scripted[f"POST /v1/folders/{route}"].append(
        Answer(202, {"id": ID, "execution_arn": "arn", "status": "running", "operation": route, "folder": "/a"})
    )
    api.scripted[f"GET /v1/folders/changes/{ID}"].extend(answers)


def count(api: FakeApi, documents: int) -> None:
    body = {"folder": "/a", "documents": documents, "folders": [], "next_cursor": None}
    api.scripted["GET /v1/folders"].append(Answer(200, body))


def test_a_move_tells_how_far_it_is_and_what_came_of_it(on_api: Command, api: FakeApi) -> None:
    under_way = report(under_way=2, counts={**report()["counts"], "done": 3})
    script(api, "move", ended("running", report=None), ended("running", report=under_way), ended())
    run = on_api("move-folder", "/a", "/b")
    assert run.exit_code == 0
    told = " ".join(run.stderr.split())
    assert "moved 3 of 5, 2 under way" in told
    assert "moved 5 documents: /a to /b" in told
    assert api.bodies("/v1/folders/move") == [{"folder": "/a", "to": "/b"}]


def test_what_could_not_be_moved_is_named_with_what_to_do_and_exit_code_1(on_api: Command, api: FakeApi) -> None:
    script(api, "move", ended(report=report({"failed": ["doc-1", "doc-2"], "no_place": ["doc-3"]})))
    run = on_api("move-folder", "/a", "/b")
    assert run.exit_code == 1
    shown = "".join(run.stdout.split())
    assert "doc-1,doc-2" in shown
    assert "bloomweaverretry" in shown
    assert "toodeep" in shown


def test_a_deletion_in_a_script_asks_for_yes_and_deletes_nothing_without(on_api: Command, api: FakeApi) -> None:
    count(api, 7)
    run = on_api("delete-folder", "/a")
    assert run.exit_code == 1
    assert "7 documents in and below /a would be deleted: --yes deletes them" in " ".join(run.stderr.split())
    assert not api.bodies("/v1/folders/delete")


def test_a_deletion_with_yes_is_followed_to_its_end(on_api: Command, api: FakeApi) -> None:
    script(api, "delete", ended(report=report(operation="delete", to=None)))
    run = on_api("delete-folder", "/a", "--yes", "--json")
    assert (run.exit_code, run.json()["report"]["counts"]["done"]) == (0, 5)
    assert api.bodies("/v1/folders/delete") == [{"folder": "/a"}]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("move-folder", "a", "/b"), "a folder begins with '/'"), (("delete-folder", "/a//b"), "no empty name")],
)
def test_what_is_no_folder_is_refused_before_anything_is_asked(
    on_api: Command, arguments: tuple[str, ...], said: str
) -> None:
    run = on_api(*arguments)
    assert run.exit_code == 2
    assert said in " ".join(run.stderr.replace("│", " ").split())


def test_a_refusal_is_said_in_the_words_of_the_api(on_api: Command, api: FakeApi) -> None:
    api.scripted["POST /v1/folders/move"].append(problem(409, "'/a' is being changed by 'run-0'"))
    run = on_api("move-folder", "/a", "/b")
    assert run.exit_code == 1
    assert "'/a' is being changed by 'run-0'" in " ".join(run.stderr.split())
