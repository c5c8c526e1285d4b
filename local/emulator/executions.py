"""Step Functions' executions: on disk, gone on with after a death, and their histories out of memory when they end.

A running execution has its events in the file as they happen. One that was running when the emulator died goes on in
the state that it was in, as on AWS, where the death of a machine ends none: the state begins anew with the input that
it had. The history says so, with a state named `ResumedAfterRestart`. An execution that has ended is one row, its
history compressed. It relies on functions of exactly MiniStack's version in the requirements.
"""

import base64
import binascii
import contextvars
import json
import threading
import zlib
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any

from local.emulator.state_file import StateFile
from local.emulator.whole_histories import own_events

Json = dict[str, Any]
KEPT_DAYS = 90
"""Step Functions: how long an ended execution is known."""
KEPT_NUMBER = 20_000
"""On one machine also a number: of older ones only the newest of each document is kept."""
PRUNED_EVERY = 500
"""After so many ends the old ones are looked for."""
RESUMED = "ResumedAfterRestart"
_REPLACED = """status != ? AND (document IS NULL OR EXISTS (
    SELECT 1 FROM executions AS newer
    WHERE newer.document = executions.document AND newer.moment > executions.moment))"""
"""That an execution has ended, and is not the newest of a document."""
_RUNNING = "RUNNING"

_resumed: ContextVar[tuple[str, Json] | None] = ContextVar("_resumed", default=None)
"""In the thread of an execution that goes on: the ARN of its machine, and what its definition begins with instead."""


class _Stored(dict[str, Any]):
    """An execution that is on disk. Its events are read when somebody asks for them."""

    def __init__(self, file: StateFile, record: Json) -> None:
        super().__init__(record)
        self._file = file

    def __missing__(self, name: str) -> Any:
        if name != "events":
            raise KeyError(name)
        self["events"] = _events(self._file, self["executionArn"])
        return self["events"]


def _scoped_executions(file: StateFile, base: type) -> Any:
    class Executions(base):  # type: ignore[misc]
        """MiniStack's executions: the running ones in memory, the others in the file."""

        __slots__ = ()

        def __setitem__(self, arn: str, execution: Json) -> None:
            _store(file, execution)
            for event in execution["events"]:
                _store_event(file, arn, event)
            super().__setitem__(arn, execution)

        def __contains__(self, arn: object) -> bool:
            return super().__contains__(arn) or _record(file, str(arn)) is not None

        def __getitem__(self, arn: str) -> Any:
            found = self.get(arn)
            if found is None:
                raise KeyError(arn)
            return found

        def get(self, arn: str, default: Any = None) -> Any:
            found = super().get(arn)
            return found if found is not None else _record(file, arn) or default

    return Executions()


def install(file: StateFile) -> "Executions":
    """Have MiniStack keep executions so. Nothing runs before `go_on` of what is returned."""
    from ministack.services import stepfunctions

    add_event: Callable[..., Json] = stepfunctions._add_event
    emit: Callable[[Json], None] = stepfunctions._emit_execution_status_event
    run_map: Callable[..., Any] = stepfunctions._run_distributed_map
    restore: Callable[[Json], None] = stepfunctions.load_persisted_state
    history = Executions(file, stepfunctions)

    def add_stored_event(execution: Json, kind: str, details: Json | None = None) -> Json:
        history.wait_if_held()
        with file.lock:  # the branches of a state add events at the same time, and each needs a number of its own
            event = add_event(execution, kind, details)
            # One that was stopped may still be in a task, whose end belongs to no history any more.
            if execution["status"] == _RUNNING:
                _store_event(file, execution["executionArn"], event)
        return event

    def emit_and_store(execution: Json) -> None:
        if execution["status"] != _RUNNING:
            history.end(execution)
        emit(execution)

    def run_map_and_end(*arguments: Any) -> Any:
        try:
            return run_map(*arguments)
        finally:
            history.end_children()

    class Machines(type(stepfunctions._state_machines)):  # type: ignore[misc]
        """MiniStack's state machines; an execution that goes on begins in the state that it was in."""

        __slots__ = ()

        def get(self, arn: str, default: Any = None) -> Any:
            machine = super().get(arn, default)
            resumed = _resumed.get()
            if machine is None or resumed is None or resumed[0] != arn:
                return machine
            definition = json.loads(machine["definition"])
            definition["States"][RESUMED] = resumed[1]
            return {**machine, "definition": json.dumps({**definition, "StartAt": RESUMED})}

    def restore_with_executions(data: Json) -> None:
        imported = data.pop("executions", None)
        restore(data)
        if imported is not None:  # a stack from before the file
            for execution in imported.all_values():
                history.take_over(execution)
        history.load()

    machines = Machines()
    machines._data = stepfunctions._state_machines._data
    stepfunctions._state_machines = machines
    stepfunctions._executions = _scoped_executions(file, type(stepfunctions._executions))
    stepfunctions._add_event = add_stored_event
    stepfunctions._emit_execution_status_event = emit_and_store
    stepfunctions._run_distributed_map = run_map_and_end
    stepfunctions._list_executions = history.page
    stepfunctions.load_persisted_state = restore_with_executions
    return history


class Executions:
    """All executions of the emulator, and those among them that are to go on."""

    def __init__(self, file: StateFile, stepfunctions: Any) -> None:
        self._file = file
        self._stepfunctions = stepfunctions
        self._interrupted: list[str] = []
        self._mentioned: list[str] = []
        """Of each of these its input, and what it entered its state with."""
        self._ended = 0
        self._held = False

    def hold(self) -> None:
        """Have no execution get any further: the emulator ends, and what fails now fails for that alone."""
        self._held = True

    def wait_if_held(self) -> None:
        """Keep an execution's thread for good, if they are held. Requests are answered in the main thread."""
        if self._held and threading.current_thread() is not threading.main_thread():
            _wait_for_the_end()

    def load(self) -> None:
        """Take those that ran when the emulator ended into memory. None runs yet."""
        for (arn,) in self._file.rows("SELECT arn FROM executions WHERE status = ?", (_RUNNING,)):
            execution = _record(self._file, arn)
            assert execution is not None
            if execution.get("mapRunArn"):
                # The Map that began it begins anew, with children of its own.
                execution |= {"status": "ABORTED", "stopDate": self._stepfunctions.now_iso()}
                self.end(execution)
                continue
            _ = execution["events"]
            account, region = arn.split(":")[4], arn.split(":")[3]
            self._stepfunctions._executions.set_scoped(account, region, arn, execution)
            self._interrupted.append(arn)
            self._mentioned.append(json.dumps([execution["input"], self._last_entered(arn)]))

    def holds(self, text: str) -> bool:
        """Whether the input or a state of an execution that is to go on mentions the text."""
        return any(text in mentioned for mentioned in self._mentioned)

    def go_on(self) -> int:
        """Have those that were interrupted go on. Returns how many."""
        interrupted, self._interrupted, self._mentioned = self._interrupted, [], []
        for arn in interrupted:
            context = contextvars.copy_context()
            context.run(self._enter_scope, arn)
            entered = self._last_entered(arn)
            if entered is not None:
                given = json.loads(entered["input"])
                begin = {"Type": "Pass", "QueryLanguage": "JSONPath", "Result": given, "Next": entered["name"]}
                context.run(_resumed.set, (self._in_memory(arn)["stateMachineArn"], begin))
            threading.Thread(
                target=context.run, args=(self._stepfunctions._run_execution, arn), name="resumed", daemon=True
            ).start()
        return len(interrupted)

    def end(self, execution: Json) -> None:
        """The execution has ended: from now on it is in the file alone."""
        arn = execution["executionArn"]
        events = execution["events"]
        with self._file.transaction():
            _store(self._file, execution, zlib.compress(json.dumps(events).encode()))
            self._file.execute("DELETE FROM events WHERE arn = ?", (arn,))
        self._stepfunctions._executions._data.pop((arn.split(":")[4], arn.split(":")[3], arn), None)
        self._ended += 1
        if self._ended % PRUNED_EVERY == 0:
            self.prune()

    def end_children(self) -> None:
        """Children of a Map end without a word of their own."""
        for execution in self._stepfunctions._executions.all_values():
            if execution["stopDate"] and execution.get("mapRunArn"):
                self.end(execution)

    def take_over(self, execution: Json) -> None:
        """One of a stack from before the file."""
        self.end(execution if execution["status"] != _RUNNING else {**execution, "status": "ABORTED"})

    def prune(self) -> None:
        """Remove those that ended long ago, and the oldest where there are too many; never the newest of a document."""
        cutoff = (datetime.now(UTC) - timedelta(days=KEPT_DAYS)).isoformat()
        self._file.execute(f"DELETE FROM executions WHERE {_REPLACED} AND moment < ?", (_RUNNING, cutoff))
        [(number,)] = self._file.rows("SELECT count(*) FROM executions")
        if number > KEPT_NUMBER:
            oldest = f"SELECT arn FROM executions WHERE {_REPLACED} ORDER BY moment LIMIT ?"
            self._file.execute(f"DELETE FROM executions WHERE arn IN ({oldest})", (_RUNNING, number - KEPT_NUMBER))

    def page(self, data: Json) -> Any:
        """ListExecutions, from the file: the newest first."""
        answer, refuse = self._stepfunctions.json_response, self._stepfunctions.error_response_json
        map_run = data.get("mapRunArn")
        if map_run and map_run not in self._stepfunctions._map_runs:
            return refuse("ResourceNotFound", f"Map Run Does Not Exist: '{map_run}'", 400)
        where, values = ["1"], []
        for column, value in (
            ("machine", data.get("stateMachineArn")),
            ("map_run", map_run),
            ("status", data.get("statusFilter")),
        ):
            if value:
                where.append(f"{column} = ?")
                values.append(value)
        if token := data.get("nextToken"):
            try:
                moment, arn = json.loads(base64.urlsafe_b64decode(token))
            except (binascii.Error, ValueError):
                return refuse("InvalidToken", "Invalid Token: 'Invalid token'", 400)
            where.append("(moment, arn) < (?, ?)")
            values += [moment, arn]
        most = int(data.get("maxResults") or 1000)
        query = f"SELECT moment, arn, record FROM executions WHERE {' AND '.join(where)} ORDER BY moment DESC, arn DESC"
        rows = self._file.rows(f"{query} LIMIT ?", (*values, most + 1))
        listed: Json = {"executions": [_listed(json.loads(record)) for _, _, record in rows[:most]]}
        if len(rows) > most:
            listed["nextToken"] = base64.urlsafe_b64encode(json.dumps(rows[most - 1][:2]).encode()).decode()
        return answer(listed)

    def _in_memory(self, arn: str) -> Json:
        found: Json = self._stepfunctions._executions._data[arn.split(":")[4], arn.split(":")[3], arn]
        return found

    def _last_entered(self, arn: str) -> Json | None:
        """The name and the input of the state that the execution was in."""
        # Within a state of several branches nothing is gone on with: the whole state begins anew.
        for event in reversed(own_events(self._in_memory(arn)["events"])):
            details = event.get("stateEnteredEventDetails")
            if details is not None and details["name"] != RESUMED:
                found: Json = details
                return found
        return None

    def _enter_scope(self, arn: str) -> None:
        from ministack.core import responses

        responses.set_request_account_id(arn.split(":")[4])
        responses.set_request_region(arn.split(":")[3])


def _wait_for_the_end() -> None:
    threading.Event().wait()


def _record(file: StateFile, arn: str) -> Json | None:
    row = file.row("SELECT record FROM executions WHERE arn = ?", (arn,))
    return _Stored(file, json.loads(row[0])) if row else None


def _events(file: StateFile, arn: str) -> list[Json]:
    row = file.row("SELECT history FROM executions WHERE arn = ?", (arn,))
    if row and row[0] is not None:
        events: list[Json] = json.loads(zlib.decompress(row[0]))
        return events
    return [json.loads(text) for (text,) in file.rows("SELECT event FROM events WHERE arn = ? ORDER BY number", (arn,))]


def _store(file: StateFile, execution: Json, history: bytes | None = None) -> None:
    record = {name: value for name, value in execution.items() if name != "events"}
    file.execute(
        "INSERT OR REPLACE INTO executions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            execution["executionArn"],
            execution["stateMachineArn"],
            execution.get("mapRunArn"),
            _document(execution["input"]),
            execution["status"],
            execution.get("stopDate") or execution["startDate"],
            json.dumps(record),
            history,
        ),
    )


def _store_event(file: StateFile, arn: str, event: Json) -> None:
    file.execute("INSERT OR REPLACE INTO events VALUES (?, ?, ?)", (arn, event["id"], json.dumps(event)))


def _document(given: str) -> str | None:
    content = json.loads(given or "{}")
    found = content.get("doc_hash") if isinstance(content, dict) else None
    return found if isinstance(found, str) else None


def _listed(execution: Json) -> Json:
    names = ("executionArn", "stateMachineArn", "name", "status", "startDate", "stopDate", "mapRunArn")
    return {name: execution[name] for name in names if name in execution}
