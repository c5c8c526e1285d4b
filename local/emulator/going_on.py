"""The emulator after its start: nothing runs by itself until everything that is needed is there.

State machines that were interrupted, messages, schedules and streams wait until `go_on`: before that, functions could
not be started, or would be those of an older deployment. After a death it is first made sure that no function of before
runs any more, since the executions that had started them go on without them.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from local.aws import WentOn
from local.emulator.executions import Executions
from local.emulator.sqs_messages import Messages
from local.emulator.state_file import StateFile
from local.function_lock import all_ended

_POLLERS = ("_poll_sqs", "_poll_kinesis", "_poll_table_streams")


class GoingOn:
    """Holds everything back until it is told to go on."""

    def __init__(self, file: StateFile, executions: Executions, directory: Path) -> None:
        self._file = file
        self._executions = executions
        self._directory = directory
        self._goes_on = threading.Event()
        self._lock = threading.Lock()
        self._went_on: WentOn | None = None

    def install(self) -> None:
        """Have MiniStack's pollers and schedulers wait."""
        from ministack.services import eventbridge, lambda_svc, scheduler

        held = {lambda_svc: _POLLERS, eventbridge: ("_tick_scheduled_rules",), scheduler: ("_tick_schedules",)}
        for module, names in held.items():
            for name in names:
                setattr(module, name, self._held(getattr(module, name)))

    def hold(self) -> None:
        """Begin nothing any more, and let nothing get further. It is called by a signal."""
        self._goes_on.clear()
        self._executions.hold()

    def go_on(self) -> WentOn:
        """Go on, once. Raises `StackError` if a function of before does not end."""
        with self._lock:
            if self._went_on is None:
                self._went_on = self._begin()
            return self._went_on

    def _begin(self) -> WentOn:
        from ministack.services import sqs

        # After a clean end too: what was under way then has to go on as well.
        with all_ended(self._directory) as killed:
            queues = (queue["messages"] for queue in sqs._queues.all_values())
            standard = [messages for messages in queues if isinstance(messages, Messages)]
            shown = sum(messages.show_again(self._executions.holds) for messages in standard)
            resumed = self._executions.go_on()
            self._goes_on.set()
        return WentOn(
            was_clean=self._file.was_clean,
            functions_killed=killed,
            messages_shown=shown,
            executions_resumed=resumed,
        )

    def _held(self, work: Callable[..., Any]) -> Callable[..., Any]:
        def work_or_wait(*arguments: Any) -> Any:
            return work(*arguments) if self._goes_on.is_set() else False

        return work_or_wait
