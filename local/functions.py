"""The function host, in a process of its own: what the emulator's functions are started from."""

import sys

from local.aws import client_environment
from local.config import REPOSITORY, StackConfig
from local.function_host import SOCKET_NAME
from local.processes import StartedProcess, environment, start
from local.template import answering
from local.waiting import wait_until

READY_SECONDS = 60.0


def start_host(config: StackConfig, aws_port: int, *, wait: bool = True) -> StartedProcess:
    """Start the function host with clients of the emulator on `aws_port`, and wait until it listens.

    Raises `StackError`.
    """
    socket_path = config.directory / SOCKET_NAME
    socket_path.unlink(missing_ok=True)
    address = {"AWS_ENDPOINT_URL": config.functions_aws_url} if config.functions_aws_url else {}
    env = {
        **client_environment(aws_port),
        **address,
        # NumPy would start threads when it is imported, and a fork carries none over.
        "OPENBLAS_NUM_THREADS": "1",
        # LanceDB's writers give back what they free: a third of their memory.
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "MALLOC_TRIM_THRESHOLD_": "131072",
    }
    process = start(
        "the function host",
        [sys.executable, "-m", "local.function_host", str(REPOSITORY / "functions"), *answering()],
        environment(env),
        config.logs / "functions.log",
        config.directory,
        config.running,
    )
    if wait:
        wait_for_host(config, process)
    return process


def wait_for_host(config: StackConfig, process: StartedProcess) -> None:
    """Return once the function host listens. Raises `StackError`."""
    wait_until((config.directory / SOCKET_NAME).exists, process, READY_SECONDS, "the function host does not listen")
