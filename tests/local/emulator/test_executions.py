"""Executions: one that is under way goes on after a death in the state that it was in, and an ended one is known."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.emulator import executions
from local.emulator.executions import RESUMED, Executions
from local.emulator.state_file import StateFile
from local.emulator.whole_histories import own_events
from local.processes import memory_mib
from tests.local.emulator.mortal import SECONDS, Mortal, copy_of, open_file, until

Json = dict[str, Any]
ROLE = "arn:aws:iam::000000000000:role/machine"
LONG = 600
"""Seconds that no test waits for: whoever waits for them is in a state that a death comes in."""
RETRY = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "BackoffRate": 1.0, "MaxAttempts": 99}]


def _machine(mortal: Mortal, name: str, states: Json, **more: Any) -> str:
    definition = json.dumps({"StartAt": next(iter(states)), "States": states, **more})
    client = mortal.client("stepfunctions")
    arn: str = client.create_state_machine(name=name, definition=definition, roleArn=ROLE)["stateMachineArn"]
    return arn


def _send(url: str, body: str, **more: Any) -> Json:
    parameters = {"QueueUrl": url, "MessageBody": body}
    return {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": parameters, **more}


def _queue(mortal: Mortal, name: str) -> str:
    url: str = mortal.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    return url


def _sent(mortal: Mortal, url: str) -> list[str]:
    """What was sent to the queue since the last time."""
    client, bodies = mortal.client("sqs"), []
    while found := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        bodies += [message["Body"] for message in found]
        for message in found:
            client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return sorted(bodies)


def _start(mortal: Mortal, machine: str, given: Json, name: str = "") -> str:
    named = {"name": name} if name else {}
    request = {"stateMachineArn": machine, "input": json.dumps(given), **named}
    arn: str = mortal.client("stepfunctions").start_execution(**request)["executionArn"]
    return arn


def _events(mortal: Mortal, arn: str) -> list[Json]:
    pages = mortal.client("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=arn)
    return [event for page in pages for event in page["events"]]


def _entered(mortal: Mortal, arn: str) -> list[str]:
    """The execution's own states, without those within them."""
    entered = (event.get("stateEnteredEventDetails") for event in own_events(_events(mortal, arn)))
    return [details["name"] for details in entered if details]


def _until_in(mortal: Mortal, arn: str, state: str) -> None:
    until(lambda: _entered(mortal, arn)[-1:] == [state])


def _ended(mortal: Mortal, arn: str) -> Json:
    client = mortal.client("stepfunctions")

    def described() -> Json | None:
        found: Json = client.describe_execution(executionArn=arn)
        return found if found["status"] != "RUNNING" else None

    found: Json = until(described)
    return found


def test_an_execution_goes_on_in_the_state_that_it_was_in(mortal: Mortal) -> None:
    url = _queue(mortal, "wait")
    machine = _machine(
        mortal,
        "wait",
        {
            "Begin": _send(url, "begun", ResultPath=None, Next="Fill"),
            "Fill": {"Type": "Pass", "Result": {"seconds": LONG}, "ResultPath": "$.wait", "Next": "Stay"},
            "Stay": {"Type": "Wait", "SecondsPath": "$.wait.seconds", "Next": "Choose"},
            "Choose": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.which", "StringEquals": "left", "Next": "Left"}],
                "Default": "Right",
            },
            "Left": _send(url, "left", ResultPath=None, Next="Name"),
            "Right": _send(url, "right", ResultPath=None, Next="Name"),
            "Name": {"Type": "Pass", "Parameters": {"given.$": "$$.Execution.Input"}, "End": True},
        },
    )
    arn = _start(mortal, machine, {"which": "left", "wait": {"seconds": 1}})
    _until_in(mortal, arn, "Stay")
    before = mortal.client("stepfunctions").describe_execution(executionArn=arn)
    assert _sent(mortal, url) == ["begun"]
    mortal.kill()
    # Nobody waits so long: that it waited is in what it had entered its state with.
    _shorten(mortal.config.state / "state.db", arn)
    assert mortal.start().executions_resumed == 1
    after = _ended(mortal, arn)
    assert after["status"] == "SUCCEEDED"
    assert _sent(mortal, url) == ["left"]  # and what had been done before was not done again
    assert (after["input"], after["startDate"]) == (before["input"], before["startDate"])
    assert json.loads(after["output"]) == {"given": json.loads(before["input"])}
    assert _entered(mortal, arn) == ["Begin", "Fill", "Stay", RESUMED, "Stay", "Choose", "Left", "Name"]
    assert [event["id"] for event in _events(mortal, arn)] == list(range(1, len(_events(mortal, arn)) + 1))


def _shorten(path: Path, arn: str) -> None:
    file = StateFile(path)
    for number, text in file.rows("SELECT number, event FROM events WHERE arn = ?", (arn,)):
        event = json.loads(text)
        if "stateEnteredEventDetails" in event:
            given = event["stateEnteredEventDetails"]["input"].replace(str(LONG), "0")
            event["stateEnteredEventDetails"]["input"] = given
            file.execute("UPDATE events SET event = ? WHERE arn = ? AND number = ?", (json.dumps(event), arn, number))
    file._connection.close()  # as it was left, and not as it is after a clean end


def test_a_state_of_several_branches_begins_anew_after_every_death(mortal: Mortal) -> None:
    kinds = ("Parallel", "Map")
    said = {kind: _queue(mortal, f"{kind}-branches") for kind in kinds}
    done = {kind: _queue(mortal, f"{kind}-done") for kind in kinds}
    arns = {}
    for kind in kinds:
        # The branch cannot end before somebody makes the queue that its last task sends to.
        gate = _send(f"{said[kind]}-gate", "through", Retry=RETRY, End=True)
        branch = {"StartAt": "Say", "States": {"Say": _send(said[kind], "branch", Next="Gate"), "Gate": gate}}
        twice: Json = {"Parallel": {"Branches": [branch] * 2}, "Map": {"ItemsPath": "$.two", "ItemProcessor": branch}}
        states = {
            "Many": {"Type": kind, **twice[kind], "ResultPath": None, "Next": "Done"},
            "Done": _send(done[kind], "done", ResultPath=None, End=True),
        }
        arns[kind] = _start(mortal, _machine(mortal, kind, states), {"two": [1, 2]})
    found: dict[str, list[str]] = {kind: [] for kind in kinds}

    def is_said(times: int) -> bool:
        for kind in kinds:
            found[kind] += _sent(mortal, said[kind])
        return all(len(bodies) == times for bodies in found.values())

    for death in (1, 2):
        until(lambda death=death: is_said(2 * death))
        assert mortal.die().executions_resumed == 2
    until(lambda: is_said(6))
    for kind in kinds:
        _queue(mortal, f"{kind}-branches-gate")
        after = _ended(mortal, arns[kind])
        assert (after["status"], json.loads(after["output"])) == ("SUCCEEDED", {"two": [1, 2]})
        assert _sent(mortal, done[kind]) == ["done"]
        assert _entered(mortal, arns[kind]) == ["Many", RESUMED, "Many", RESUMED, "Many", "Done"]


def test_an_execution_that_nothing_was_done_for_yet_begins(mortal: Mortal) -> None:
    url = _queue(mortal, "begins")
    machine = _machine(mortal, "begins", {"Only": _send(url, "once", End=True)})
    arns = [_start(mortal, machine, {}) for _ in range(3)]
    mortal.die()  # they wait a moment before they begin
    assert {_ended(mortal, arn)["status"] for arn in arns} == {"SUCCEEDED"}
    assert len(_sent(mortal, url)) >= 3


def test_ended_executions_are_known_before_and_after_a_death(mortal: Mortal) -> None:
    client = mortal.client("stepfunctions")
    states: Json = {
        "Choose": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.end", "StringEquals": "fail", "Next": "Bad"},
                {"Variable": "$.end", "StringEquals": "stay", "Next": "Stay"},
            ],
            "Default": "Good",
        },
        "Good": {"Type": "Succeed"},
        "Bad": {"Type": "Fail", "Error": "Wrong", "Cause": "it is"},
        "Stay": {"Type": "Wait", "Seconds": LONG, "End": True},
    }
    machine = _machine(mortal, "known", states)
    good = [_start(mortal, machine, {"end": "well", "n": number}, f"good-{number}") for number in range(5)]
    bad = [_start(mortal, machine, {"end": "fail"}, f"bad-{number}") for number in range(2)]
    stopped = _start(mortal, machine, {"end": "stay"}, "stopped")
    running = _start(mortal, machine, {"end": "stay"}, "running")
    for arn in (*good, *bad):
        _ended(mortal, arn)
    _until_in(mortal, stopped, "Stay")
    _until_in(mortal, running, "Stay")
    client.stop_execution(executionArn=stopped, error="Enough", cause="of it")

    def known() -> Json:
        described = {}
        for arn in (*good, *bad, stopped):
            description = client.describe_execution(executionArn=arn)
            description.pop("ResponseMetadata")
            described[arn] = (description, _events(mortal, arn))
        listed = {
            status: [
                execution["name"]
                for page in client.get_paginator("list_executions").paginate(
                    stateMachineArn=machine,
                    PaginationConfig={"PageSize": 2},
                    **({"statusFilter": status} if status else {}),
                )
                for execution in page["executions"]
            ]
            for status in ("", "SUCCEEDED", "FAILED", "ABORTED", "RUNNING", "TIMED_OUT")
        }
        return {"described": described, "listed": listed}

    before = known()
    assert {status: len(names) for status, names in before["listed"].items()} == {
        "": 9,
        "SUCCEEDED": 5,
        "FAILED": 2,
        "ABORTED": 1,
        "RUNNING": 1,
        "TIMED_OUT": 0,
    }
    assert before["described"][bad[0]][0]["error"] == "Wrong"
    description, events = before["described"][stopped]
    assert (description["status"], description["error"], description["cause"]) == ("ABORTED", "Enough", "of it")
    assert events[-1]["type"] == "ExecutionAborted"
    assert [event["type"] for event in before["described"][good[0]][1]][-1] == "ExecutionSucceeded"

    assert mortal.die().executions_resumed == 1
    assert known() == before
    for name in ("good-0", "stopped", "running"):
        with pytest.raises(client.exceptions.ExecutionAlreadyExists):
            _start(mortal, machine, {}, name)
    client.stop_execution(executionArn=running)
    mortal.die()
    assert client.describe_execution(executionArn=running)["status"] == "ABORTED"
    with pytest.raises(client.exceptions.ExecutionDoesNotExist):
        client.describe_execution(executionArn=f"{running}-not")
    with pytest.raises(client.exceptions.InvalidToken):
        client.list_executions(stateMachineArn=machine, nextToken="no token")


def test_an_execution_that_was_under_way_at_a_clean_end_goes_on_too(mortal: Mortal) -> None:
    """A machine in JSONata too, with the input of its state."""
    url = _queue(mortal, "clean")
    states = {"Gate": _send(f"{url}-gate", "through", Retry=RETRY, End=True)}
    arn = _start(mortal, _machine(mortal, "clean", states), {})
    arguments = {"QueueUrl": f"{url}-gate", "MessageBody": "m"}
    gate = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Retry": RETRY, "Arguments": arguments}
    states = {
        "Fill": {"Type": "Pass", "Output": {"filled": "yes"}, "Next": "Gate"},
        "Gate": {**gate, "Output": "{% $states.input %}", "End": True},
    }
    other = _start(mortal, _machine(mortal, "jsonata", states, QueryLanguage="JSONata"), {"given": 1})
    _until_in(mortal, arn, "Gate")
    _until_in(mortal, other, "Gate")
    mortal.stop()
    went_on = mortal.start()
    assert (went_on.was_clean, went_on.executions_resumed) == (True, 2)
    _queue(mortal, "clean-gate")
    assert _ended(mortal, arn)["status"] == "SUCCEEDED"
    assert json.loads(_ended(mortal, other)["output"]) == {"filled": "yes"}


def test_children_of_a_map_are_known_and_those_of_a_dead_one_are_done_anew(mortal: Mortal) -> None:
    client, url = mortal.client("stepfunctions"), _queue(mortal, "children")
    child = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Gate",
        "States": {"Gate": _send(f"{url}-gate", "through", Retry=RETRY, End=True)},
    }
    many = {"Type": "Map", "ItemsPath": "$", "ItemProcessor": child, "Label": "Many", "ResultPath": None}
    arn = _start(mortal, _machine(mortal, "children", {"Many": {**many, "End": True}}), [1, 2, 3])  # type: ignore[arg-type]
    child_machine = f"{client.describe_execution(executionArn=arn)['stateMachineArn']}/Many"

    def listed(status: str) -> list[Json]:
        found: list[Json] = client.list_executions(stateMachineArn=child_machine, statusFilter=status)["executions"]
        return found

    until(lambda: len(listed("RUNNING")) == 3)
    mortal.die()
    until(lambda: len(listed("RUNNING")) == 3)
    assert len(listed("ABORTED")) == 3
    _queue(mortal, "children-gate")
    assert _ended(mortal, arn)["status"] == "SUCCEEDED"
    until(lambda: len(listed("SUCCEEDED")) == 3)
    assert _sent(mortal, f"{url}-gate") == ["through"] * 3
    assert all(execution["stopDate"] for execution in listed("SUCCEEDED"))


def test_memory_does_not_grow_with_executions_that_have_ended(mortal: Mortal) -> None:
    assert mortal.process is not None
    client = mortal.client("stepfunctions")
    machine = _machine(mortal, "memory", {"Only": {"Type": "Pass", "End": True}})
    _ended(mortal, _start(mortal, machine, {"text": "x" * 100_000}))
    before = memory_mib([mortal.process])
    number = 80
    for _ in range(number):
        _start(mortal, machine, {"text": "x" * 100_000})

    def running() -> list[Json]:
        found: list[Json] = client.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]
        return found

    until(lambda: not running())
    # The history alone of each would be five times its input.
    assert memory_mib([mortal.process]) - before < number * 0.15


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Executions, StateFile]]:
    monkeypatch.setattr(executions, "KEPT_NUMBER", 6)
    with copy_of("stepfunctions"), open_file(tmp_path) as file:
        yield executions.install(file), file


def _record(name: str, document: str, days_ago: float, status: str = "SUCCEEDED") -> Json:
    moment = (datetime.now(UTC) - timedelta(days=days_ago)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return {
        "executionArn": f"arn:aws:states:us-east-1:000000000000:execution:machine:{name}",
        "stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:machine",
        "name": name,
        "status": status,
        "startDate": moment,
        "stopDate": None if status == "RUNNING" else moment,
        "input": json.dumps({"doc_hash": document} if document else [1]),
        "output": "{}",
        "events": [{"id": 1, "type": "ExecutionStarted"}],
    }


def _names(file: StateFile) -> set[str]:
    return {json.loads(text)["name"] for (text,) in file.rows("SELECT record FROM executions")}


def test_old_executions_end_but_the_newest_of_each_document(history: tuple[Executions, StateFile]) -> None:
    kept, file = history
    for number in range(4):
        kept.end(_record(f"a{number}", "a", 20 - number))
    for number in range(4):
        kept.end(_record(f"b{number}", "b", 10 - number))
    kept.end(_record("alone", "c", 30))
    kept.end(_record("without", "", 29))
    kept.prune()
    assert _names(file) == {"a3", "b0", "b1", "b2", "b3", "alone"}


def test_there_may_be_more_than_are_kept_where_each_is_the_newest_of_its_document(
    history: tuple[Executions, StateFile],
) -> None:
    kept, file = history
    for number in range(9):
        kept.end(_record(f"d{number}", f"document-{number}", 1))
    kept.prune()
    assert len(_names(file)) == 9


def test_running_executions_are_never_old(history: tuple[Executions, StateFile]) -> None:
    kept, file = history
    from ministack.services import stepfunctions

    running = _record("running", "a", 400, "RUNNING")
    stepfunctions._executions[running["executionArn"]] = running
    kept.end(_record("ancient", "", 91))
    kept.end(_record("ancient-and-newest", "b", 91))
    for number in range(7):
        kept.end(_record(f"a{number}", "a", 7 - number))
    kept.prune()
    assert "running" in _names(file)
    assert "ancient" not in _names(file)
    assert "ancient-and-newest" in _names(file)
    assert "a6" in _names(file)


def test_branches_that_add_events_at_once_lose_none(history: tuple[Executions, StateFile]) -> None:
    from ministack.services import stepfunctions

    _, file = history
    record = _record("branches", "a", 0, "RUNNING")
    stepfunctions._executions[record["executionArn"]] = record
    threads = [
        threading.Thread(target=lambda: [stepfunctions._add_event(record, "TaskScheduled") for _ in range(100)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [event["id"] for event in record["events"]] == list(range(1, 402))
    assert len(file.rows("SELECT 1 FROM events")) == 401


def test_what_fails_because_the_emulator_ends_is_not_in_the_history(
    history: tuple[Executions, StateFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ministack.services import stepfunctions

    kept, file = history
    in_task, ends, waits = threading.Event(), threading.Event(), threading.Event()

    def fail_at_the_end(*_: Any) -> None:
        in_task.set()
        ends.wait()
        raise stepfunctions._ExecutionError("Gone", "the function ended with the emulator")

    def wait_for_the_end() -> None:
        waits.set()
        threading.Event().wait()

    monkeypatch.setattr(stepfunctions, "_invoke_resource", fail_at_the_end)
    monkeypatch.setattr(executions, "_wait_for_the_end", wait_for_the_end)
    states = {"Only": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True}}
    definition = json.dumps({"StartAt": "Only", "States": states})
    made = stepfunctions._create_state_machine({"name": "m", "definition": definition, "roleArn": ROLE})
    stepfunctions._start_execution({"stateMachineArn": json.loads(made[2])["stateMachineArn"], "input": "{}"})
    assert in_task.wait(SECONDS)
    kept.hold()
    ends.set()
    assert waits.wait(SECONDS)
    [(record,)] = file.rows("SELECT record FROM executions")
    assert json.loads(record)["status"] == "RUNNING"
    kinds = [json.loads(text)["type"] for (text,) in file.rows("SELECT event FROM events ORDER BY number")]
    assert kinds == ["ExecutionStarted", "TaskStateEntered", "TaskScheduled"]


def test_an_execution_that_runs_holds_what_it_was_started_with(history: tuple[Executions, StateFile]) -> None:
    kept, _ = history
    from ministack.services import stepfunctions

    record = _record("holds", "a", 0, "RUNNING") | {"input": json.dumps({"receipt": "handle-1"})}
    stepfunctions._executions[record["executionArn"]] = record
    assert not kept.holds("handle-1")  # it runs, and deletes the message by itself
    kept.load()
    assert kept.holds("handle-1")
    assert not kept.holds("handle-2")


def test_executions_of_a_state_from_before_the_file_are_taken_over(tmp_path: Path) -> None:
    with copy_of("stepfunctions") as before:
        for name, status in (("ended", "SUCCEEDED"), ("running", "RUNNING")):
            record = _record(name, "a", 1, status)
            before._executions[record["executionArn"]] = record
        state = before.get_state()
    with copy_of("stepfunctions") as service, open_file(tmp_path) as file:
        executions.install(file)
        service.load_persisted_state(state)
        arn = _record("ended", "a", 1)["executionArn"]
        assert json.loads(service._describe_execution({"executionArn": arn})[2])["status"] == "SUCCEEDED"
        assert len(json.loads(service._get_execution_history({"executionArn": arn})[2])["events"]) == 1
        listed = json.loads(service._list_executions({})[2])["executions"]
        assert {execution["name"]: execution["status"] for execution in listed} == {
            "ended": "SUCCEEDED",
            "running": "ABORTED",
        }
