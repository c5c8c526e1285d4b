"""`bloomweaver edit`."""

import json
from typing import Any

import pytest

from bloomweaver.models.record import Operation, Status
from tests.cli.conftest import Command
from tests.cli.fake_api import FakeApi
from tests.cli.test_documents import put


def sent(api: FakeApi) -> dict[str, Any]:
    """The only request that was made, which has to be the edit of `a`."""
    [request] = api.requests
    assert (request.method, request.path) == ("PATCH", "/v1/documents/a")
    body: dict[str, Any] = json.loads(request.body)
    return body


def test_what_is_named_is_edited_and_nothing_else(on_api: Command, api: FakeApi) -> None:
    put(api, "a", Status.INDEXED)
    run = on_api("edit", "a", "--title", "Hours", "--folder", "/library/", "--language", "DE-at")
    assert (run.exit_code, run.stdout) == (0, "a is edited (version 4)\n")
    assert sent(api) == {"title": "Hours", "folder": "/library", "language": "de-AT"}
    now = api.records.records["a"]
    assert (now.title, now.folder, now.language) == ("Hours", "/library", "de-AT")


def test_metadata_is_edited_entry_by_entry(on_api: Command, api: FakeApi) -> None:
    put(api, "a", Status.INDEXED)
    values = [
        "year=2026",
        "draft=true",
        'zip="01234"',
        "note=a=b",
        'tags=["x", "y"]',
        "odd=[1]",
        "none=null",
        "nan=NaN",
    ]
    given = [argument for value in values for argument in ("--metadata", value)]
    run = on_api("edit", "a", *given, "--remove-metadata", "old", "--expected-version", 3)
    assert run.exit_code == 0
    entries = {"year": 2026, "draft": True, "zip": "01234", "note": "a=b", "tags": ["x", "y"]}
    assert sent(api) == {
        "metadata": {**entries, "odd": "[1]", "none": "null", "nan": "NaN", "old": None},
        "expected_version": 3,
    }


def test_an_empty_text_removes(on_api: Command, api: FakeApi) -> None:
    put(api, "a", Status.INDEXED)
    assert on_api("edit", "a", "--title", "", "--language", "").exit_code == 0
    assert sent(api) == {"title": None, "language": None}
    assert api.records.records["a"].title is None


def test_what_is_so_already_is_told(on_api: Command, api: FakeApi) -> None:
    put(api, "a", Status.INDEXED)
    run = on_api("edit", "a", "--title", "Title of a")
    assert (run.exit_code, run.stdout) == (0, "a is so already (version 3)\n")
    answer = on_api("edit", "a", "--title", "Title of a", "--json").json()
    assert answer == {"doc_hash": "a", "version": 3, "operation": "UPDATE", "status": "unchanged"}


@pytest.mark.parametrize("columns", ["40", "80"])
def test_a_long_name_stays_on_one_line(
    on_api: Command, api: FakeApi, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    name = "x" * 128
    put(api, name, Status.INDEXED)
    assert on_api("edit", name, "--title", "T").stdout == f"{name} is edited (version 4)\n"


def test_somebody_elses_edit_is_not_overwritten(on_api: Command, api: FakeApi) -> None:
    put(api, "a", Status.INDEXED)
    run = on_api("edit", "a", "--title", "T", "--expected-version", 2)
    assert (run.exit_code, run.stdout) == (1, "")
    assert "409" in run.stderr
    assert "3" in run.stderr
    assert api.records.records["a"].title == "Title of a"


def test_a_document_that_is_not_there_cannot_be_edited(on_api: Command, api: FakeApi) -> None:
    run = on_api("edit", "a", "--title", "T", "--json")
    assert (run.exit_code, run.stdout) == (1, "")
    assert "no document 'a' is known" in run.stderr
    put(api, "a", Status.DELETED)
    api.records.records["a"] = api.records.records["a"].model_copy(update={"operation": Operation.DELETE})
    run = on_api("edit", "a", "--title", "T")
    assert run.exit_code == 1
    assert "'a' was deleted; send it again to have it back" in run.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "say what to edit"),
        (("--expected-version", 3), "say what to edit"),
        (("--metadata", "year"), "'year' is not KEY=VALUE"),
        (("--metadata", "=2026"), "'=2026' is not KEY=VALUE"),
        (("--metadata", "year=1", "--metadata", "year=2"), "'year' is named twice"),
        (("--metadata", "year=1", "--remove-metadata", "year"), "'year' is named twice"),
        (("--metadata", 'word="\\ud800"'), "it is not UTF-8"),
        (("--title", "\udce9"), "it is not UTF-8"),
        (("--folder", "guides"), "a folder begins with '/'"),
        (("--folder", ""), "a folder begins with '/'"),
        (("--language", "not a tag"), "--language"),
        (("--title", "T", "--expected-version", 0), "--expected-version"),
    ],
)
def test_wrong_use_is_told_and_nothing_is_sent(
    on_api: Command, api: FakeApi, arguments: tuple[object, ...], told: str
) -> None:
    run = on_api("edit", "a", *arguments)
    assert (run.exit_code, run.stdout) == (2, "")
    assert told in " ".join(run.stderr.replace("│", " ").split())
    assert api.requests == []
