"""`bloomweaver runs` and `bloomweaver run`."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from rich.console import Console

from bloomweaver.models.run import RunEntry, RunStatus, StateMachine
from bloomweaver.runs.answers import RunPage
from bloomweaver.runs.reading import Runs
from bloomweaver.runs.requests import RunRequest
from cli import output
from tests.cli.conftest import Command
from tests.cli.fake_api import Answer, FakeApi, problem
from tests.fakes import MemoryRecords
from tests.runs.histories import Step, make
from tests.runs.memory_runs import MemoryHistories, MemoryRuns, entry

BATCH = (Step("Task", "EmbedBatch"),)
SCRIPT = (
    Step("Task", "Claim"),
    Step("Task", "Chunk", failures=4),
    Step("Map", "Embed", parts=(*(BATCH,) * 3, (Step("Task", "EmbedBatch", failures=1),), *(BATCH,) * 5)),
    Step(
        "Parallel",
        "Write",
        parts=((Step("Task", "WritePinecone", ends="caught"), Step("Task", "PineconeDLQ")), (Step("Task", "WriteS3"),)),
    ),
    Step("Fail", "DeadLettered"),
)
FAILED = entry(status=RunStatus.FAILED, error_type="DeadLettered")


def lists(api: FakeApi, *pages: tuple[Sequence[RunEntry], str | None], path: str = "/v1/runs") -> None:
    """Have the API answer these pages of a list."""
    for entries, cursor in pages:
        page = RunPage.of(entries, cursor).model_dump(mode="json")
        api.scripted[f"GET {path}"].append(Answer(200, page))


def tells(api: FakeApi, run: RunEntry, script: Sequence[Step], limit: int = 500) -> None:
    """Have the API tell of a run in pages of so many events."""
    histories = MemoryHistories()
    histories.add(run, make(script, 5).events, cause="a letter in PineconeDLQ")
    table, cursor = MemoryRuns(), None
    table.put(run)
    reader = Runs(table, histories, MemoryRecords())
    while True:
        page = reader.detail(run.id, RunRequest(limit=limit, cursor=cursor))
        api.scripted[f"GET /v1/runs/{run.id}"].append(Answer(200, page.model_dump(mode="json")))
        cursor = page.next_cursor
        if cursor is None:
            return


def query(api: FakeApi, place: int = -1) -> dict[str, str]:
    """The query of a request."""
    found = parse_qs(urlsplit(api.requests[place].path).query)
    return {name: values[0] for name, values in found.items()}


# runs -----------------------------------------------------------------------------------------------------------------


def test_runs_are_listed_with_what_they_are_of(on_api: Command, api: FakeApi) -> None:
    lists(api, ([entry("r-7", machine=StateMachine.REINDEX), FAILED], None))
    run = on_api("runs")
    assert run.exit_code == 0
    for shown in ("reindex-r-7", "running", "create-doc-1", "failed", "DeadLettered", "doc, version 1", "9.00 s"):
        assert shown in run.stdout
    assert query(api) == {"limit": "20"}


def test_what_is_asked_for_is_what_the_api_is_asked(on_api: Command, api: FakeApi) -> None:
    lists(api, ([], None), ([], None))
    run = on_api("runs", "--state-machine", "update", "--status", "failed", "--since", "2026-11-29T12:00:00+02:00")
    assert (run.exit_code, run.stdout) == (0, "")
    assert "no runs" in run.stderr
    assert query(api) == {
        "limit": "20",
        "state_machine": "update",
        "status": "failed",
        "since": "2026-11-29T10:00:00+00:00",
    }
    on_api("runs", "--since", "90m")
    since = datetime.fromisoformat(query(api)["since"])
    assert timedelta(minutes=89) < datetime.now(UTC) - since < timedelta(minutes=91)


def test_more_than_a_page_is_read_as_far_as_it_is_wanted(on_api: Command, api: FakeApi) -> None:
    def entries(first: int, number: int) -> list[RunEntry]:
        return [entry(f"doc-{first + each}") for each in range(number)]

    lists(api, (entries(0, 200), "c1"), (entries(200, 50), "c2"))
    run = on_api("runs", "--limit", 250, "--json")
    assert [found["name"] for found in run.json()["runs"]] == [f"doc-{number}" for number in range(250)]
    assert run.json()["next_cursor"] == "c2"
    assert query(api) == {"limit": "50", "cursor": "c1"}


def test_the_runs_of_a_document_are_listed(on_api: Command, api: FakeApi) -> None:
    lists(api, ([FAILED], None), path="/v1/documents/doc/runs")
    assert "create-doc-1" in on_api("runs", "doc").stdout
    assert on_api("runs", "doc", "--status", "failed").exit_code == 2


@pytest.mark.parametrize("since", ["yesterday", "5", "2h30", "-1h", "999999d"])
def test_a_time_that_is_none_is_refused(on_api: Command, since: str) -> None:
    assert on_api("runs", "--since", since).exit_code == 2


# run ------------------------------------------------------------------------------------------------------------------


def test_a_run_is_a_tree_with_times_attempts_and_errors(on_api: Command, api: FakeApi) -> None:
    tells(api, FAILED, SCRIPT)
    run = on_api("run", "create-doc-1")
    assert run.exit_code == 1
    lines = run.stdout.splitlines()
    assert lines[0].startswith("create-doc-1  failed  began 2026-11-29T12:00:00 UTC, took 9.00 s")
    assert lines[1] == "CREATE of doc, version 1"
    assert "DeadLettered: a letter in PineconeDLQ" in run.stdout
    names = [re.split(r"(?<=\S)  ", line)[0] for line in lines[lines.index("") + 1 :]]
    assert names[0] == "Claim"
    assert "|- 8 x EmbedBatch" in names
    assert "`- [3] EmbedBatch" in names
    assert "   `- attempt 1: Wrong: it is" in names
    assert names[-1] == "DeadLettered"
    chunk = next(line for line in lines if line.startswith("Chunk"))
    assert "5 attempts" in chunk
    assert "1 more failed before these" in run.stdout
    assert any("WritePinecone" in line and "caught" in line for line in lines)


def test_every_iteration_is_shown_when_it_is_asked_for(on_api: Command, api: FakeApi) -> None:
    tells(api, FAILED, SCRIPT)
    run = on_api("run", "create-doc-1", "--all")
    assert all(f"[{number}] EmbedBatch" in run.stdout for number in range(9))


def test_what_failed_is_red_on_a_terminal_of_80_columns(
    on_api: Command, api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Console(force_terminal=True, width=80, color_system="standard", highlight=False)
    monkeypatch.setattr(output, "results", terminal)
    tells(api, FAILED, SCRIPT)
    run = on_api("run", "create-doc-1")
    lines = run.stdout.splitlines()
    [failed] = [line for line in lines if "DeadLettered" in line and "a letter" not in line]
    assert "\x1b[1;31m" in failed
    [well] = [line for line in lines if "Claim" in line]
    assert "\x1b[31m" not in well
    plain = [_without_colours(line) for line in lines]
    assert max(map(len, plain)) <= 80
    assert sum("Claim" in line for line in plain) == 1


def _without_colours(line: str) -> str:
    return "".join(part.partition("m")[2] if place else part for place, part in enumerate(line.split("\x1b[")))


def test_a_run_that_goes_on_says_since_when(on_api: Command, api: FakeApi) -> None:
    histories = MemoryHistories()
    events = make((Step("Task", "Claim"), Step("Task", "Chunk", failures=1)), 1).events
    histories.add(entry(), [event for event in events if event.id < 14])
    told = Runs(MemoryRuns(), histories, MemoryRecords()).detail("create-doc-1", RunRequest()).model_dump(mode="json")
    api.scripted["GET /v1/runs/create-doc-1"].append(Answer(200, told))
    run = on_api("run", "create-doc-1")
    assert run.exit_code == 0
    assert "running since 12:00:00" in run.stdout


def test_all_pages_are_put_together(on_api: Command, api: FakeApi) -> None:
    succeeded = entry(status=RunStatus.SUCCEEDED)
    tells(api, succeeded, SCRIPT[:3], limit=10)
    run = on_api("run", "create-doc-1", "--json")
    assert run.exit_code == 0
    found = run.json()
    assert found["next_cursor"] is None
    names = [state["name"] for state in found["states"]]
    assert names == ["Claim", "Chunk", "Embed", *["EmbedBatch"] * 9]
    [chunk] = [state for state in found["states"] if state["name"] == "Chunk"]
    assert [attempt["number"] for attempt in chunk["attempts"]] == [1, 2, 3, 4, 5]
    assert query(api, 0) == {"limit": "500"}
    assert "cursor" in query(api)


def test_no_more_is_read_of_a_history_than_is_wanted(on_api: Command, api: FakeApi) -> None:
    tells(api, entry(status=RunStatus.SUCCEEDED), SCRIPT[:3], limit=20)
    run = on_api("run", "create-doc-1", "--events", 20, "--whole")
    assert "the history goes on" in run.stderr
    assert len(api.requests) == 1
    assert query(api) == {"limit": "20", "whole": "true"}


def test_a_run_that_step_functions_forgot_is_told_as_far_as_it_is_known(on_api: Command, api: FakeApi) -> None:
    table = MemoryRuns()
    table.put(FAILED)
    told = Runs(table, MemoryHistories(), MemoryRecords()).detail(FAILED.id, RunRequest()).model_dump(mode="json")
    api.scripted["GET /v1/runs/create-doc-1"].append(Answer(200, told))
    run = on_api("run", "create-doc-1")
    assert "does not know the run's history any more" in run.stderr
    assert "DeadLettered" in run.stdout


def test_a_run_that_is_not_known_is_told_so(on_api: Command, api: FakeApi) -> None:
    api.scripted["GET /v1/runs/create-x-1"].append(problem(404, "id: no run 'create-x-1' is known here", "id"))
    run = on_api("run", "create-x-1")
    assert run.exit_code == 1
    assert "no run 'create-x-1' is known" in run.stderr


def test_nothing_that_a_run_says_moves_the_cursor(on_api: Command, api: FakeApi) -> None:
    evil: dict[str, Any] = json.loads(
        RunPage.of([entry("doc-1", RunStatus.FAILED, error_type="\x1b[2J[red]gone")], None).model_dump_json()
    )
    api.scripted["GET /v1/runs"].append(Answer(200, evil))
    run = on_api("runs")
    assert "\x1b" not in run.stdout
    assert "[red]gone" in run.stdout
