"""What the stub has been told to do wrong."""

import threading
from collections import Counter
from dataclasses import dataclass, fields, replace
from typing import Any

from tests.pinecone_stub.errors import InvalidArgumentError

OPERATIONS = (
    *("describe", "create", "list_indexes", "delete_index"),
    *("upsert", "search", "fetch", "delete", "list"),
    "rerank",
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to the next calls of an operation (`*`: of any).

    The first `skip` calls go well, the next `times` do not: each waits `delay_seconds`; then it answers `status`, or
    the connection is closed without an answer (`drop`). With neither, it is only slow. `applied` says that the call
    does its work all the same, and only its answer is lost; `partial`, that of an upsert only the first half is stored,
    as the answer says. With `about`, only calls whose body has that text in it count.
    """

    operation: str = "*"
    about: str = ""
    times: int = 1
    skip: int = 0
    status: int | None = None
    retry_after: str | None = None
    delay_seconds: float = 0.0
    drop: bool = False
    applied: bool = False
    partial: bool = False

    @classmethod
    def from_json(cls, body: Any) -> "Fault":
        """The fault that the body of an admin request describes."""
        names = {field.name for field in fields(cls)}
        if not isinstance(body, dict) or not names.issuperset(body):
            raise InvalidArgumentError(f"a fault is an object of {', '.join(sorted(names))}")
        fault = cls(**body)
        if fault.operation not in ("*", *OPERATIONS):
            raise InvalidArgumentError(f"operation is one of *, {', '.join(OPERATIONS)}")
        if fault.applied and fault.status is None and not fault.drop:
            raise InvalidArgumentError("applied goes with a status or with drop")
        if fault.partial and fault.operation != "upsert":
            raise InvalidArgumentError("partial goes with upsert")
        return fault


class Faults:
    """The faults that are still to happen, and the calls that came. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._calls: list[str] = []
        self._happened: Counter[str] = Counter()

    def add(self, fault: Fault) -> None:
        """Have the fault happen. The one that was added first happens first."""
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Forget the faults and the calls."""
        with self._lock:
            self._faults.clear()
            self._calls.clear()
            self._happened.clear()

    def clear_about(self, about: str) -> None:
        """Forget the faults with this `about`, and how often they happened."""
        with self._lock:
            self._faults = [fault for fault in self._faults if fault.about != about]
            del self._happened[about]

    def happened(self) -> dict[str, int]:
        """How many calls went wrong since the last `clear`, by the `about` of the fault."""
        with self._lock:
            return dict(self._happened)

    def calls(self) -> list[str]:
        """The operations that were called, in order."""
        with self._lock:
            return list(self._calls)

    def on_call(self, operation: str, body: str) -> Fault | None:
        """Count the call, and say what goes wrong with it, if anything."""
        with self._lock:
            self._calls.append(operation)
            for index, fault in enumerate(self._faults):
                if fault.operation not in ("*", operation) or fault.about not in body:
                    continue
                if fault.skip:
                    self._faults[index] = replace(fault, skip=fault.skip - 1)
                    return None
                if fault.times > 1:
                    self._faults[index] = replace(fault, times=fault.times - 1)
                else:
                    del self._faults[index]
                self._happened[fault.about] += 1
                return fault
            return None
