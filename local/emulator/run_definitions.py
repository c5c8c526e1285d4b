"""The definition that an execution was started with, also after a deployment: MiniStack answers with today's.

Definitions change seldom, so each is kept once, with the time since when its machine has had it. It relies on functions
of exactly MiniStack's version in the requirements.
"""

import json
from collections.abc import Callable
from typing import Any

from local.emulator.state_file import StateFile

Json = dict[str, Any]
_SCHEMA = """CREATE TABLE IF NOT EXISTS definitions (
    machine TEXT NOT NULL, since TEXT NOT NULL, definition TEXT NOT NULL, PRIMARY KEY (machine, since)) WITHOUT ROWID"""


def install(file: StateFile) -> None:
    """Have MiniStack remember definitions."""
    from ministack.services import stepfunctions

    file.execute(_SCHEMA)
    start: Callable[[Json], Any] = stepfunctions._start_execution
    describe: Callable[[Json], Any] = stepfunctions._describe_state_machine_for_execution
    last: dict[str, str] = {}
    """By machine, the definition that was kept last."""

    def start_and_remember(data: Json) -> Any:
        # Before the execution begins: what it was started with is what its machine had by then.
        arn = stepfunctions._resolve_state_machine_arn(data.get("stateMachineArn", "").partition("#")[0])
        machine = stepfunctions._state_machines.get(arn) if arn else None
        if machine is not None and last.get(arn) != machine["definition"]:
            _keep(file, arn, stepfunctions.now_iso(), machine["definition"])
            last[arn] = machine["definition"]
        return start(data)

    def describe_as_it_was(data: Json) -> Any:
        status, headers, body = describe(data)
        if status != 200:
            return status, headers, body
        answer = json.loads(body)
        execution = stepfunctions._executions.get(data["executionArn"])
        query = "SELECT definition FROM definitions WHERE machine = ? AND since <= ? ORDER BY since DESC LIMIT 1"
        kept = file.row(query, (answer["stateMachineArn"], execution["startDate"]))
        if kept is None:  # it began before definitions were kept
            return status, headers, body
        return stepfunctions.json_response({**answer, "definition": kept[0]})

    stepfunctions._start_execution = start_and_remember
    stepfunctions._describe_state_machine_for_execution = describe_as_it_was


def _keep(file: StateFile, machine: str, now: str, definition: str) -> None:
    query = "SELECT definition FROM definitions WHERE machine = ? ORDER BY since DESC LIMIT 1"
    if file.row(query, (machine,)) != (definition,):
        file.execute("INSERT OR REPLACE INTO definitions VALUES (?, ?, ?)", (machine, now, definition))
