"""The AWS emulator: MiniStack, in a process of its own, with its state on disk."""

import os
import sys
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import boto3
import httpx
from botocore.config import Config
from pydantic import BaseModel, ConfigDict

from local.config import ACCESS_KEY, REGION, StackConfig
from local.errors import StackError
from local.ports import LOOPBACK
from local.processes import StartedProcess, environment, start
from local.waiting import wait_for_http

EMULATOR = "the AWS emulator"
READY_SECONDS = 60.0
GO_ON_SECONDS = 60.0
GO_ON = "/_bloomweaver/go-on"
"""The emulator's own path: POST has it begin what runs by itself, and answers what there was to go on with."""


class WentOn(BaseModel):
    """What the emulator had to go on with when it was told to."""

    model_config = ConfigDict(frozen=True)

    was_clean: bool
    """Whether the emulator of before had ended by itself."""
    functions_killed: int
    """Processes of functions that it had left."""
    messages_shown: int
    """Messages that had been in their hands, and can be received again."""
    executions_resumed: int


def endpoint(port: int) -> str:
    """The emulator's URL, for every service."""
    return f"http://{LOOPBACK}:{port}"


def client_environment(port: int) -> dict[str, str]:
    """What makes AWS clients talk to the emulator and to nothing else."""
    return {
        "AWS_ENDPOINT_URL": endpoint(port),
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": ACCESS_KEY,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        # A configuration of the user's must not lead a deploy to a real account.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def client(endpoint_url: str, service: str, config: Config | None = None) -> Any:
    """An SDK client of the emulator there. It may do everything."""
    return boto3.client(  # type: ignore[call-overload]
        service,
        endpoint_url=endpoint_url,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=ACCESS_KEY,
        config=config,
    )


def start_emulator(
    config: StackConfig, port: int, extra: Mapping[str, str] | None = None, *, wait: bool = True
) -> StartedProcess:
    """Start MiniStack with its state under the stack's data folder, wait until it answers, and have it go on.

    With `wait` false it is only started: whoever starts it waits, and calls `go_on` when its functions can be started.
    `extra` goes into its environment, which its functions inherit. Raises `StackError`.
    """
    state, objects, temporary = config.state, config.data / "s3", config.directory / "tmp"
    for folder in (state, objects, temporary):
        folder.mkdir(parents=True, exist_ok=True)
    env = client_environment(port) | {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": LOOPBACK,
        "MINISTACK_HOST": LOOPBACK,
        "PERSIST_STATE": "1",
        # Its objects are kept by `local.emulator.s3_objects`, not by itself.
        "S3_PERSIST": "0",
        "STATE_DIR": str(state),
        "S3_DATA_DIR": str(objects),
        "TMPDIR": str(temporary),
        # Extra function processes of a burst end soon after it, and give their memory back.
        "LAMBDA_WARM_TTL_SECONDS": "5",
        # Several writers run at a time, on a table that is small: LanceDB's default is a pool a core in each.
        "LANCE_CPU_THREADS": "1",
        "LANCE_IO_THREADS": "2",
        "TOKIO_WORKER_THREADS": "1",
        # It would listen on every interface.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "AUTH": "true" if config.enforce_roles else "false",
        "BLOOMWEAVER_ACCESS_LOG": str(config.access_log or ""),
        **(extra or {}),
    }
    process = start(
        EMULATOR,
        [sys.executable, "-m", "local.emulator"],
        environment(env),
        config.logs / "aws.log",
        config.directory,
        config.running,
    )
    if wait:
        wait_for_emulator(process, port)
        go_on(port)
    return process


def go_on(port: int) -> WentOn:
    """Have the emulator begin what runs by itself: state machines, queues, schedules. Raises `StackError`."""
    answer = httpx.post(f"{endpoint(port)}{GO_ON}", timeout=GO_ON_SECONDS)
    if answer.status_code != HTTPStatus.OK:
        raise StackError(f"{EMULATOR} does not go on: {answer.json()['message']}")
    return WentOn.model_validate(answer.json())


def wait_for_emulator(process: StartedProcess, port: int) -> None:
    """Return once the emulator answers. Raises `StackError`."""
    wait_for_http(f"{endpoint(port)}/_ministack/health", process, READY_SECONDS)
