"""`bloomweaver watch`: what it shows, and where."""

import json
import threading
from collections.abc import Callable, Iterator

import pytest

from bloomweaver.clock import now
from bloomweaver.models.record import ErrorDetail, Status
from bloomweaver.models.run import RunEntry, RunStatus, StateMachine
from bloomweaver.progress.notes import Attempt, Cut, Part, Step
from bloomweaver.progress.progress import ProgressUnit
from cli.live import feed
from tests.cli.conftest import Command, Run
from tests.cli.fake_api import FakeApi, problem
from tests.cli.fake_live import FakeLive, serve_live
from tests.e2e.waiting import wait_for
from tests.live.documents import accepted, goes_on

SECONDS = 20.0


@pytest.fixture
def live(api: FakeApi) -> Iterator[FakeLive]:
    with serve_live(api.records) as running:
        api.live = running
        yield running


@pytest.fixture
def watching(on_api: Command, live: FakeLive) -> Callable[..., Run]:
    """Runs `watch` with arguments until so many messages came, while something happens."""

    def run(*arguments: object, happens: Callable[[], None], messages: int = 1) -> Run:
        happening = threading.Thread(target=_once_watched, args=[live, happens])
        happening.start()
        result = on_api("watch", *arguments, "--messages", messages)
        happening.join()
        return result

    return run


def _once_watched(live: FakeLive, happens: Callable[[], None]) -> None:
    wait_for(lambda: any('"ping"' in text for text in live.received), SECONDS, "somebody watches")
    happens()


def change(live: FakeLive, doc_hash: str, folder: str | None = None, *, delete: bool = False) -> None:
    live.records.records[doc_hash] = accepted(live.records.get(doc_hash), now(), doc_hash, folder=folder, delete=delete)
    live.tell(doc_hash)


def test_a_line_for_each_change(watching: Callable[..., Run], live: FakeLive) -> None:
    def happens() -> None:
        change(live, "one", "/guides")
        current = live.records.records["one"]
        live.records.records["one"] = goes_on(current, Status.INDEXED, now())
        live.tell("one")
        change(live, "one", delete=True)

    run = watching(happens=happens, messages=3)
    first, second, third = run.stdout.splitlines()
    in_words = "queued v1 The title of one (one) in /guides: waiting for its turn"
    assert first.split()[1:] == in_words.split()
    assert second.split()[1] == "indexed"
    assert third.split()[1:] == ["deleting", "v2", "one:", "waiting", "for", "its", "turn"]
    assert run.exit_code == 0
    assert "watching all documents" in run.stderr


def test_json_lines_are_the_messages_as_they_came(watching: Callable[..., Run], live: FakeLive) -> None:
    def happens() -> None:
        change(live, "one")
        change(live, "two")

    run = watching("--json", happens=happens, messages=2)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert [(each["doc_hash"], each["topic"], each["revision"]) for each in lines] == [
        ("one", "documents", 1),
        ("two", "documents", 1),
    ]


def test_one_document_is_shown_with_how_it_stands(watching: Callable[..., Run], live: FakeLive) -> None:
    change(live, "one", "/a")

    def happens() -> None:
        change(live, "other")
        change(live, "one", "/b")

    run = watching("one", happens=happens, messages=2)
    assert "one is queued, version 1" in run.stderr
    assert "other" not in run.stdout


def test_a_document_that_is_not_there_yet_can_be_watched(watching: Callable[..., Run], live: FakeLive) -> None:
    run = watching("new", happens=lambda: change(live, "new"))
    assert "new is not known yet" in run.stderr
    assert "new" in run.stdout


def test_a_folder_has_what_is_below_it_and_what_leaves_it(watching: Callable[..., Run], live: FakeLive) -> None:
    def happens() -> None:
        change(live, "other", "/c")
        change(live, "one", "/a/b")
        change(live, "one", "/c")

    run = watching("--folder", "/a/", happens=happens, messages=2)
    first, second = run.stdout.splitlines()
    assert "in /a/b: waiting" in first
    assert "moved to /c: waiting" in second


def test_an_error_is_told_with_its_document(watching: Callable[..., Run], live: FakeLive) -> None:
    def happens() -> None:
        record = goes_on(accepted(None, now(), "one"), Status.FAILED, now())
        error = ErrorDetail(type="ExtractionFailed", message="no\x1b[31m text")
        live.records.records["one"] = record.model_copy(update={"error": error})
        live.tell("one")

    run = watching(happens=happens)
    assert "failed" in run.stdout
    assert "ExtractionFailed: no[31m text" in run.stdout


def test_it_is_shown_on_after_a_cut(
    watching: Callable[..., Run], live: FakeLive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(feed.Feed.__init__.__kwdefaults__, "pauses", (0.01,))

    def happens() -> None:
        change(live, "one")
        live.cut()
        change(live, "two")

    run = watching(happens=happens, messages=2)
    assert [line.split()[5] for line in run.stdout.splitlines()] == ["of", "of"]
    assert "cut" in run.stderr


def test_a_document_and_a_folder_are_too_much(on_api: Command) -> None:
    run = on_api("watch", "one", "--folder", "/a")
    assert run.exit_code == 2


def test_who_may_not_watch_is_told_so(on_api: Command, api: FakeApi) -> None:
    api.scripted["POST /v1/live/ticket"].append(problem(403, "the role 'none' may not read"))
    run = on_api("watch")
    assert run.exit_code == 1
    assert "may not read" in run.stderr


def test_a_large_document_is_shown_batch_by_batch(watching: Callable[..., Run], live: FakeLive) -> None:
    def happens() -> None:
        change(live, "big")
        live.records.records["big"] = goes_on(live.records.records["big"], Status.PROCESSING, now()).model_copy(
            update={"execution_arn": "arn"}
        )
        attempt = Attempt("big", 1, 0)
        live.progress.cut(attempt, Cut("index", 70, 6))
        for batch in (0, 0, 1):
            live.progress.embedded(attempt, "index", Part(str(batch), 32))
            live.tell("big")

    lines = watching(happens=happens, messages=4).stdout.splitlines()
    assert [line.rpartition(": ")[2] for line in lines[1:]] == [
        "38 of 70 passages, 6 of them reused, embedding",
        "38 of 70 passages, 6 of them reused, embedding",
        "70 of 70 passages, 6 of them reused, writing",
    ]


def test_an_operation_is_shown_from_where_it_stands_to_its_end(watching: Callable[..., Run], live: FakeLive) -> None:
    def entry(status: RunStatus) -> RunEntry:
        return RunEntry(
            id="reindex-one", state_machine=StateMachine.REINDEX, name="one", status=status, started_at=now()
        )

    live.progress.run(entry(RunStatus.RUNNING))

    def happens() -> None:
        live.progress.step("one", Step(StateMachine.REINDEX, "moving", ProgressUnit.DOCUMENTS, 3, 7))
        live.tell(operations=["one"])
        live.progress.run(entry(RunStatus.FAILED).model_copy(update={"error_type": "Wrong"}))
        live.tell(operations=["one"])

    run = watching("--operation", "one", happens=happens, messages=3)
    begun, moving, over = (" ".join(line.split()[1:]) for line in run.stdout.splitlines())
    assert begun == "running reindex one: running"
    assert moving == "running reindex one: 3 of 7 documents, moving"
    assert over == "failed reindex one: Wrong"


def test_what_failed_says_how_to_run_it_again(watching: Callable[..., Run], live: FakeLive) -> None:
    def happens() -> None:
        failed = goes_on(accepted(None, now(), "one"), Status.FAILED, now())
        error = ErrorDetail(type="ExtractionFailed", message="no text")
        live.records.records["one"] = failed.model_copy(update={"error": error})
        live.tell("one")

    assert "`bloomweaver retry one` runs it again" in watching(happens=happens).stdout
