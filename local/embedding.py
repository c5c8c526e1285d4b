"""The embedding service, in a process of its own, as an EC2 instance would run it."""

import sys

from embedding_service.encoder.errors import EncoderError
from embedding_service.encoder.folder_facts import resolve
from local.config import REPOSITORY, StackConfig
from local.errors import StackError
from local.ports import LOOPBACK
from local.priority import stand_back
from local.processes import StartedProcess, environment, start
from local.waiting import wait_for_http

READY_SECONDS = 60.0


def dimension(config: StackConfig) -> int:
    """The length of the model's vectors. Raises `StackError` if the model or its files are not there."""
    try:
        spec, _ = resolve(config.model)
    except EncoderError as error:
        raise StackError(f"the model '{config.model}' cannot be used: {error}") from error
    return spec.dimension


def url(port: int) -> str:
    """The service's base URL."""
    return f"http://{LOOPBACK}:{port}"


def start_embedding(config: StackConfig, port: int, *, wait: bool = True) -> StartedProcess:
    """Start the embedding service, and wait until its model is warm. Raises `StackError`."""
    env = {
        "EMBEDDING_HOST": LOOPBACK,
        "EMBEDDING_PORT": str(port),
        "EMBEDDING_MODEL": config.model,
        "EMBEDDING_THREADS": str(config.embedding_threads),
    }
    process = start(
        "the embedding service",
        [sys.executable, "-m", "embedding_service"],
        environment(env),
        config.logs / "embedding.log",
        REPOSITORY,
        config.running,
    )
    stand_back(process.pid)
    if wait:
        wait_for_http(f"{url(port)}/ready", process, READY_SECONDS)
    return process
