"""The functions behind a definition's tasks, as a test scripts them, and what they were called with."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Payload = dict[str, Any]
Answer = Exception | Callable[[Payload], None]
"""An error to fail with, under its class name, or something to happen before the function answers as ever."""
Script = Mapping[str, Iterable[Answer]]
"""By function, or by function and task (`PineconeWriter/write`): what its first calls meet. `itertools.repeat` never
ends; after a script that does, the function answers as ever."""


class RuntimeFailure(Exception):
    """An error that has its name from Lambda or from Step Functions, not from a class of ours."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


@dataclass(frozen=True)
class Call:
    """An invocation of a function."""

    function: str
    payload: Payload

    @property
    def name(self) -> str:
        """The function, and what a branch's function was asked to do."""
        return self.function + (f"/{self.payload['task']}" if "task" in self.payload else "")


@dataclass(frozen=True)
class Reply:
    """What Lambda hands back: the result, or with `failed` an error object."""

    body: Any
    failed: bool = False


class Tasks:
    """Answers invocations, from any thread, and keeps them in the order of their arrival."""

    def __init__(
        self,
        answer: Callable[[str, Payload], Any],
        script: Script,
        *,
        correlation_id: str = "",
        times_out: str | None = None,
    ) -> None:
        self.correlation_id = correlation_id
        """Of the one operation whose tasks these are; every task is told it."""
        self._answer = answer
        self._script = {name: iter(answers) for name, answers in script.items()}
        self._times_out = times_out
        self._lock = threading.Lock()
        self.calls: list[Call] = []

    def invoke(self, function: str, payload: Payload) -> Reply:
        """Answer one invocation. Raises `TimeoutError` where the task is to run longer than its state allows."""
        call = Call(function, payload)
        with self._lock:
            self.calls.append(call)
            scripted = self._script.get(call.name) or self._script.get(function)
            happening = next(scripted, None) if scripted else None
            if call.name == self._times_out:
                raise TimeoutError(call.name)
            try:
                if isinstance(happening, Exception):
                    raise happening
                if happening is not None:
                    happening(payload)
                return Reply(self._answer(function, payload))
            except Exception as error:  # noqa: BLE001  what Lambda does with whatever a handler raises
                name = error.name if isinstance(error, RuntimeFailure) else type(error).__name__
                return Reply({"errorMessage": str(error), "errorType": name, "stackTrace": []}, failed=True)
