"""The embedding service, in a process of its own, as an EC2 instance would run it."""

import sys

from local.config import REPOSITORY, StackConfig
from local.ports import LOOPBACK
from local.processes import StartedProcess, environment, start
from local.waiting import wait_for_http

MODEL = "minilm"
MODEL_DIMENSION = 384
READY_SECONDS = 60.0


def url(port: int) -> str:
    """The service's base URL."""
    return f"http://{LOOPBACK}:{port}"


def start_embedding(config: StackConfig, port: int, *, wait: bool = True) -> StartedProcess:
    """Start the embedding service, and wait until its model is warm. Raises `StackError`."""
    env = {
        "EMBEDDING_HOST": LOOPBACK,
        "EMBEDDING_PORT": str(port),
        "EMBEDDING_MODEL": MODEL,
        "EMBEDDING_THREADS": str(config.embedding_threads),
    }
    process = start(
        "the embedding service",
        [sys.executable, "-m", "embedding_service"],
        environment(env),
        config.logs / "embedding.log",
        REPOSITORY,
    )
    if wait:
        wait_for_http(f"{url(port)}/ready", process, READY_SECONDS)
    return process
