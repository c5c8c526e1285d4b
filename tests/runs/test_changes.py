"""What Step Functions publishes of a run: read, and kept only where it is news, in whatever order it comes."""

import json
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bloomweaver.models.message import OperationMessage
from bloomweaver.models.record import Operation
from bloomweaver.models.run import DocumentOfRun, RunEntry, RunStatus, StateMachine, run_id, split_run_id
from bloomweaver.runs.changes import NoStatusChange, note, read_change
from tests.runs.memory_runs import MemoryRuns, entry

MACHINES = {f"arn:aws:states:us-east-1:123456789012:stateMachine:stack-{each}": each for each in StateMachine}
MESSAGE = OperationMessage(operation=Operation.CLEAN, doc_hash="a-1", version=7, attempt=2, correlation_id="c")


def change(status: str = "RUNNING", *, machine: StateMachine = StateMachine.DELETE, **more: Any) -> str:
    """The detail of an event, as AWS publishes it."""
    arn = next(arn for arn, each in MACHINES.items() if each is machine)
    name = more.get("name", MESSAGE.execution_name)
    detail = {
        "executionArn": f"{arn.replace(':stateMachine:', ':execution:')}:{name}",
        "stateMachineArn": arn,
        "name": name,
        "status": status,
        "startDate": 1_796_212_800_123,
        "stopDate": None if status == "RUNNING" else 1_796_212_801_000,
        "input": MESSAGE.model_dump_json(),
        "inputDetails": {"included": True},
        "output": None,
        "outputDetails": None,
        "stateMachineVersionArn": None,
        "redriveCount": 0,
        "redriveStatus": "NOT_REDRIVABLE",
        "error": None,
        "cause": None,
    }
    return json.dumps(detail | more)


def test_a_change_says_what_a_run_is_of_and_how_far_it_is() -> None:
    assert read_change(change(), MACHINES) == RunEntry(
        id="delete-a-1-7-r2",
        state_machine=StateMachine.DELETE,
        name="a-1-7-r2",
        status=RunStatus.RUNNING,
        started_at="2026-12-02T12:00:00.123000+00:00",
        document=DocumentOfRun(doc_hash="a-1", version=7, attempt=2, operation=Operation.CLEAN),
    )
    ended = read_change(change("FAILED", error="DeadLettered", cause="a text that is nobody's business"), MACHINES)
    assert (ended.status, ended.error_type) == (RunStatus.FAILED, "DeadLettered")
    assert ended.ended_at == "2026-12-02T12:00:01.000000+00:00"
    assert "nobody" not in ended.model_dump_json()


@pytest.mark.parametrize(
    ("status", "error", "told"),
    [
        ("SUCCEEDED", None, None),
        ("TIMED_OUT", None, "States.Timeout"),
        ("ABORTED", None, None),
        ("ABORTED", "Enough", "Enough"),
    ],
)
def test_how_a_run_ended_has_a_name(status: str, error: str | None, told: str | None) -> None:
    assert read_change(change(status, error=error), MACHINES).error_type == told


@pytest.mark.parametrize("given_input", [None, "", "null", "[]", '{"doc_hash": "a"}', '{"letters": []}'])
def test_an_input_that_names_no_document_leaves_it_out(given_input: str | None) -> None:
    assert read_change(change(input=given_input), MACHINES).document is None


def test_an_operation_on_many_documents_has_none() -> None:
    assert read_change(change(machine=StateMachine.REINDEX), MACHINES).document is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        change("PENDING_REDRIVE"),
        change(stateMachineArn="arn:aws:states:us-east-1:123456789012:stateMachine:other"),
        # A batch of a rebuild, which is an execution of its own.
        change(stateMachineArn=f"{next(iter(MACHINES))}/RestoreBackups"),
    ],
)
def test_what_is_no_change_of_a_run_of_ours_is_refused(text: str) -> None:
    with pytest.raises(NoStatusChange):
        read_change(text, MACHINES)


def _life() -> list[RunEntry]:
    """A run that fails, is run again by hand, and succeeds."""
    return [
        entry(),
        entry(status=RunStatus.FAILED, error_type="Wrong", document=None),
        entry(redrives=1),
        entry(status=RunStatus.SUCCEEDED, redrives=1),
    ]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_whatever_the_order_the_newest_is_kept(order: tuple[int, ...]) -> None:
    life = _life()
    one_by_one, together = MemoryRuns(), MemoryRuns()
    for place in order:
        note(one_by_one, [life[place]])
        note(one_by_one, [life[place]])
    note(together, [life[place] for place in order])
    assert one_by_one.entries == together.entries == {life[3].id: life[3]}


@given(st.lists(st.integers(0, 3), min_size=1, max_size=8), st.data())
def test_a_run_that_has_ended_never_runs_again_unless_it_was_run_again(told: list[int], data: st.DataObject) -> None:
    table, life, newest = MemoryRuns(), _life(), -1
    for place in told:
        note(table, [life[place]])
        newest = max(newest, place)
        assert table.entries[life[0].id].status is life[newest].status


def test_what_is_known_already_is_no_news() -> None:
    table = MemoryRuns()
    assert note(table, [entry(), entry("other-1")]) == 2
    assert note(table, [entry(), entry("other-1", RunStatus.SUCCEEDED)]) == 1


def test_a_document_that_an_event_had_no_room_for_stays_known() -> None:
    table = MemoryRuns()
    note(table, [entry()])
    note(table, [entry(status=RunStatus.SUCCEEDED, document=None)])
    assert table.entries["create-doc-1"].document is not None


@given(st.sampled_from(StateMachine), st.from_regex(r"[A-Za-z0-9_-]{1,80}", fullmatch=True))
def test_an_id_names_one_run(machine: StateMachine, name: str) -> None:
    assert split_run_id(run_id(machine, name)) == (machine, name)


@pytest.mark.parametrize(
    "id_",
    [
        "",
        "create",
        "create-",
        "other-doc-1",
        "Create-doc-1",
        "-doc-1",
        "create-doc:1",
        "create-a/b",
        f"create-{'x' * 81}",
    ],
)
def test_what_names_no_run_of_ours_is_none(id_: str) -> None:
    assert split_run_id(id_) is None
