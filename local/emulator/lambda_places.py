"""How many invocations the emulator runs at a time, changed while it runs, and what it says where it runs no more.

The number stands in a file of the stack's directory, so whoever throttles has nothing to call: `Places.limit`. What was
refused is counted in another. `install` has MiniStack read the first before each invocation, and refuse by the names
and statuses of AWS: a state machine's task fails with `Lambda.TooManyRequestsException`, and the API answers 500, since
API Gateway takes every refusal of Lambda's for an internal error. It relies on functions of exactly the version in the
requirements.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from local.atomic import write_atomically

Json = dict[str, Any]
TOO_MANY = "Lambda.TooManyRequestsException"
_LIMIT_FILE = "lambda-places"
_REFUSED_FILE = "lambda-refused"


class Places:
    """The places of the stack in a directory."""

    def __init__(self, directory: Path) -> None:
        self._limit = directory / _LIMIT_FILE
        self._refused = directory / _REFUSED_FILE

    def limit(self, most: int | None) -> None:
        """Run at most so many invocations at a time from now on; 0 runs none, `None` as many as the machine bears."""
        if most is None:
            self._limit.unlink(missing_ok=True)
            return
        write_atomically(self._limit, str(most).encode())  # the emulator reads it at any moment

    def most(self) -> int | None:
        """How many run at a time."""
        try:
            return int(self._limit.read_text())
        except FileNotFoundError:
            return None

    def refused(self) -> int:
        """How many invocations were refused since the stack was made."""
        try:
            return self._refused.stat().st_size
        except FileNotFoundError:
            return 0

    def count_refused(self) -> None:
        """Count one more. Safe between threads: a byte is appended at once."""
        with self._refused.open("ab") as file:
            file.write(b".")


def install(directory: Path) -> None:
    """Have MiniStack go by the places of the stack in `directory`."""
    from ministack.services import lambda_svc

    acquire: Callable[[Json, Json], tuple[str | None, str | None]] = lambda_svc._acquire_execution_slot
    throttled: Callable[..., Json] = lambda_svc._throttle_response
    to_proxy: Callable[[Json], tuple[Json | None, str | None]] = lambda_svc.lambda_execute_result_to_api_proxy_response
    machine_bears: int = lambda_svc._ACCOUNT_CONCURRENCY_CAP
    places = Places(directory)

    def acquire_a_place(function: Json, config: Json) -> tuple[str | None, str | None]:
        most = places.most()
        lambda_svc._ACCOUNT_CONCURRENCY_CAP = machine_bears if most is None else most
        slot, limit = (None, "account") if most == 0 else acquire(function, config)
        if slot is None:
            places.count_refused()
        return slot, limit

    def named(*arguments: Any, **more: Any) -> Json:
        answer = throttled(*arguments, **more)
        return {**answer, "body": {**answer["body"], "errorType": TOO_MANY}}

    def to_internal_error(result: Json) -> tuple[Json | None, str | None]:
        if result.get("throttle"):
            headers = {"Content-Type": "application/json"}
            return {"statusCode": 500, "headers": headers, "body": '{"message": "Internal server error"}'}, None
        return to_proxy(result)

    lambda_svc._acquire_execution_slot = acquire_a_place
    lambda_svc._throttle_response = named
    lambda_svc.lambda_execute_result_to_api_proxy_response = to_internal_error
