"""`bloomweaver sync`: what is sent, edited and deleted, what is asked first, and how the command ends."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from bloomweaver.models.record import Status
from cli.commands import sync
from tests.cli.conftest import Command
from tests.cli.fake_api import Answer, FakeApi, problem
from tests.e2e.waiting import wait_for

COUNTS = ("new", "changed", "renamed", "edited", "gone", "unchanged", "unknown", "refused")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twenty documents."""
    root = tmp_path / "docs"
    for number in range(20):
        write(root, f"part-{number % 4}/file-{number}.md", f"# File {number}\n")
    return root


def write(root: Path, path: str, text: str) -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def counts(result: dict[str, int]) -> dict[str, int]:
    return {name: result[name] for name in COUNTS if result[name]}


def served(api: FakeApi) -> dict[str, str]:
    """The documents by the paths of their files."""
    records = [record for record in api.records.records.values() if record.operation != "DELETE" and record.origin]
    return {record.origin.path: record.doc_hash for record in records if record.origin}


def test_new_changed_renamed_and_gone_files(on_api: Command, api: FakeApi, folder: Path) -> None:
    assert counts(on_api("sync", folder, "--json").json()) == {"new": 20}
    before = served(api)
    write(folder, "part-0/file-0.md", "# Another\n")
    write(folder, "new.md", "# New\n")
    (folder / "part-1/file-1.md").rename(folder / "renamed.md")
    (folder / "part-2/file-2.md").unlink()
    api.requests.clear()
    run = on_api("sync", folder, "--json")
    assert (run.exit_code, counts(run.json())) == (
        0,
        {"new": 1, "changed": 1, "renamed": 1, "gone": 1, "unchanged": 17},
    )
    after = served(api)
    assert after["renamed.md"] == before["part-1/file-1.md"]
    assert after.keys() == (before.keys() | {"new.md", "renamed.md"}) - {"part-1/file-1.md", "part-2/file-2.md"}
    moved = api.records.records[after["renamed.md"]]
    assert (moved.folder, moved.title, moved.metadata["path"]) == ("/", "renamed.md", "renamed.md")
    assert len(api.bodies("/v1/webhook")) == 3
    assert counts(on_api("sync", folder, "--json").json()) == {"unchanged": 20}


def test_a_renamed_folder_keeps_its_documents(on_api: Command, api: FakeApi, folder: Path) -> None:
    on_api("sync", folder)
    before = set(served(api).values())
    (folder / "part-3").rename(folder / "moved")
    api.requests.clear()
    assert counts(on_api("sync", folder, "--json").json()) == {"renamed": 5, "unchanged": 15}
    assert set(served(api).values()) == before
    assert api.bodies("/v1/webhook") == []


def test_a_dry_run_does_nothing(on_api: Command, api: FakeApi, folder: Path) -> None:
    run = on_api("sync", folder, "--dry-run", "--json")
    assert (run.exit_code, counts(run.json()), len(run.json()["documents"])) == (0, {"new": 20}, 20)
    assert api.records.records == {}


def test_documents_of_others_are_not_touched(on_api: Command, api: FakeApi, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write(other, "a.md", "# A\n")
    on_api("sync", other)
    on_api("ingest", other, "--prefix", "sent")
    on_api("sync", folder)
    there = set(api.records.records)
    for file in folder.rglob("*.md"):
        file.unlink()
    assert on_api("sync", folder, "--yes").exit_code == 0
    deleted = {name for name, record in api.records.records.items() if record.operation == "DELETE"}
    assert len(there - deleted) == 2


def test_many_deletions_stop_a_script_before_anything_is_done(on_api: Command, api: FakeApi, folder: Path) -> None:
    on_api("sync", folder)
    for number in range(3):
        (folder / f"part-{number}/file-{number}.md").unlink()
    write(folder, "new.md", "# New\n")
    before = dict(api.records.records)
    run = on_api("sync", folder)
    assert run.exit_code == 1
    assert "3 of 20 documents of the sync 'docs' would be deleted" in run.stderr
    assert api.records.records == before
    assert on_api("sync", folder, "--yes").exit_code == 0
    assert len(served(api)) == 18


def test_a_tenth_is_deleted_without_asking(on_api: Command, api: FakeApi, folder: Path) -> None:
    on_api("sync", folder)
    for number in range(2):
        (folder / f"part-{number}/file-{number}.md").unlink()
    assert on_api("sync", folder).exit_code == 0
    assert len(served(api)) == 18


def test_a_refused_file_is_named_and_the_rest_goes_on(on_api: Command, api: FakeApi, folder: Path) -> None:
    api.scripted["POST /v1/webhook"].append(problem(413, "body: too large", "body"))
    run = on_api("sync", folder)
    assert run.exit_code == 1
    assert "body: too large" in run.stderr
    assert counts(on_api("sync", folder, "--json").json()) == {"new": 1, "unchanged": 19}


def test_a_document_of_which_nothing_is_kept_is_sent(on_api: Command, api: FakeApi, folder: Path) -> None:
    on_api("sync", folder)
    api.objects.objects.clear()
    (folder / "part-1/file-1.md").rename(folder / "renamed.md")
    assert counts(on_api("sync", folder, "--json").json()) == {"renamed": 1, "unchanged": 19}
    assert "renamed.md" in served(api)


def test_watching_takes_up_what_changes(
    on_api: Command, api: FakeApi, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[Callable[[], object]] = [
        lambda: write(folder, "new.md", "# New\n"),
        lambda: (folder / "new.md").rename(folder / "later.md"),
        lambda: (folder / "later.md").unlink(),
    ]
    expected = [{"new.md"}, {"later.md"}, set()]
    stop = threading.Event()
    real = sync.watchfiles.watch
    monkeypatch.setattr(sync.watchfiles, "watch", lambda *paths, **how: real(*paths, **how, stop_event=stop))
    command = threading.Thread(target=on_api, args=("sync", folder, "--watch"))
    command.start()
    try:
        wait_for(lambda: len(served(api)) == 20, 20, "what is there is sent")
        for step, there in zip(steps, expected, strict=True):
            step()
            wait_for(lambda there=there: {path for path in served(api) if "/" not in path} == there, 20, "it follows")
    finally:
        stop.set()
        command.join()


@pytest.mark.parametrize(
    "arguments",
    [["--name", "a b"], ["--folder", "x"], ["--language", "german language"], ["--watch", "--wait"]],
)
def test_wrong_use_is_told(on_api: Command, api: FakeApi, folder: Path, arguments: list[str]) -> None:
    assert on_api("sync", folder, *arguments).exit_code == 2
    assert api.requests == []


def test_a_folder_that_is_not_there_is_refused(on_api: Command, tmp_path: Path) -> None:
    assert on_api("sync", tmp_path / "nowhere").exit_code == 2


def test_wait_tells_how_the_documents_ended(on_api: Command, api: FakeApi, folder: Path) -> None:
    first = on_api("sync", folder, "--wait", "--json")
    assert (first.exit_code, first.json()["waited"]) == (0, {"indexed": 20, "pending": 0})
    write(folder, "part-0/file-0.md", "# Another\n")
    (folder / "part-1/file-1.md").rename(folder / "renamed.md")
    (folder / "part-2/file-2.md").unlink()
    api.outcomes[served(api)["part-0/file-0.md"]] = Status.FAILED
    second = on_api("sync", folder, "--wait")
    assert second.exit_code == 1
    assert "file-0.md is failed: ExtractionFailed: the file is encrypted" in second.stderr
    numbers = second.stdout.splitlines()[-2].split("│")[1:-1]
    assert sorted(cell.strip() for cell in numbers) == ["0", "1", "1", "1"], "failed, indexed, deleted, none pending"


def test_with_nothing_to_do_there_is_nothing_to_wait_for(on_api: Command, api: FakeApi, folder: Path) -> None:
    on_api("sync", folder, "--wait")
    api.requests.clear()
    assert on_api("sync", folder, "--wait").exit_code == 0
    assert [request.method for request in api.requests] == ["GET"], "its list alone"


def test_the_wait_has_a_bound(on_api: Command, api: FakeApi, folder: Path) -> None:
    api.reads_until_done = 10_000
    run = on_api("sync", folder, "--wait", "--timeout", 0.2, "--json")
    assert (run.exit_code, run.json()["waited"]) == (1, {"pending": 20})


def test_it_ends_when_what_it_did_is_listed(on_api: Command, api: FakeApi, folder: Path) -> None:
    late = Answer(200, {"documents": [], "next_cursor": None})
    api.scripted["GET /v1/documents"] += [late, late, late]  # before, and twice after
    assert on_api("sync", folder).exit_code == 0
    assert [request.method for request in api.requests].count("GET") == 4
    api.requests.clear()
    assert on_api("sync", folder).exit_code == 0
    assert [request.method for request in api.requests] == ["GET"], "nothing was done, so nothing is waited for"
