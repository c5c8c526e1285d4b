"""An execution in Step Functions, looked up by its name."""

import json
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from bloomweaver.adapters.aws_errors import error_code, transient_as
from bloomweaver.errors import StorageUnavailable
from bloomweaver.models.record import ErrorDetail


@dataclass(frozen=True)
class NamedExecution:
    """How an execution stands. `status` is in lower case; `output` is there once it has succeeded."""

    arn: str
    status: str
    output: Any
    error: ErrorDetail | None


def find_execution(client: Any, state_machine_arn: str, name: str) -> NamedExecution | None:
    """The execution `name` of a state machine, if there was one. Raises `StorageUnavailable`."""
    arn = f"{state_machine_arn.replace(':stateMachine:', ':execution:')}:{name}"
    try:
        with transient_as(StorageUnavailable, "reading the execution"):
            found = client.describe_execution(executionArn=arn)
    except ClientError as error:
        if error_code(error) in ("ExecutionDoesNotExist", "InvalidArn"):
            return None
        raise
    status = found["status"].lower()
    reason = found.get("cause") or f"the execution ended as {status}"
    failed = status not in ("running", "succeeded")
    return NamedExecution(
        arn=arn,
        status=status,
        output=json.loads(found["output"]) if status == "succeeded" else None,
        error=ErrorDetail(type=found.get("error") or status, message=reason) if failed else None,
    )
