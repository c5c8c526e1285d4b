"""`bloomweaver smoke`: what it takes to pass, and that it leaves nothing behind."""

from bloomweaver.models.record import Status
from tests.cli.conftest import Command
from tests.cli.fake_api import Answer, FakeApi


def statuses(api: FakeApi) -> list[Status]:
    return [record.status for record in api.records.records.values()]


def test_a_document_goes_in_is_found_and_goes_out_again(on_api: Command, api: FakeApi) -> None:
    api.shown = {Status.INDEXED}
    run = on_api("smoke", "--json")
    assert run.exit_code == 0
    assert [step["step"] for step in run.json()["steps"]] == [
        "the API answers (minilm, lancedb)",
        "the document is indexed",
        "search finds it",
        "the document is deleted, and search does not show it",
        "its vectors and backups are removed",
    ]
    assert statuses(api) == [Status.DELETED]


def test_a_deleted_document_that_search_still_shows_is_a_failure(on_api: Command, api: FakeApi) -> None:
    api.shown = {Status.INDEXED, Status.DELETING}
    run = on_api("smoke")
    assert run.exit_code == 1
    assert "search still shows smoke-" in run.stderr


def test_what_is_not_found_in_time_is_a_failure_and_is_deleted_all_the_same(on_api: Command, api: FakeApi) -> None:
    api.reads_until_done = 1
    run = on_api("smoke", "--timeout", 0)
    assert run.exit_code == 1
    assert "search does not find smoke-" in run.stderr
    assert statuses(api) == [Status.DELETING]


def test_what_is_not_indexed_in_time_is_a_failure_and_is_deleted_all_the_same(on_api: Command, api: FakeApi) -> None:
    run = on_api("smoke", "--timeout", 0)
    assert run.exit_code == 1
    assert "is not indexed after 0 s" in run.stderr
    assert statuses(api) == [Status.DELETING]


def test_nothing_is_posted_to_an_api_that_does_not_answer(on_api: Command, api: FakeApi) -> None:
    api.scripted["GET /v1/health"].extend([Answer(403, {"message": "Forbidden"})])
    run = on_api("smoke")
    assert run.exit_code == 1
    assert "403 Forbidden" in run.stderr
    assert statuses(api) == []
