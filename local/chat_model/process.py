"""The server of a small language model, in a process of its own."""

import sys

from local.chat_model.weights import weights
from local.config import REPOSITORY, StackConfig
from local.ports import LOOPBACK
from local.priority import stand_back
from local.processes import StartedProcess, environment, start

READY_SECONDS = 120.0
CONTEXT_TOKENS = 2048
"""Of a prompt and its answer: the model reads more, and on a processor that takes it longer than anybody waits."""


def check(config: StackConfig) -> None:
    """Raises `StackError` if the chosen model is not installed."""
    if config.chat_model is not None:
        weights(config.chat_model)


def url(port: int) -> str:
    """The server's base URL."""
    return f"http://{LOOPBACK}:{port}"


def start_chat_model(config: StackConfig, model: str, port: int) -> StartedProcess:
    """Start the server of a model. It answers `/ready` once that is loaded. Raises `StackError`."""
    process = start(
        "the chat model",
        [sys.executable, "-m", "local.chat_model", model, str(port)],
        environment({}),
        config.logs / "chat-model.log",
        REPOSITORY,
        config.running,
    )
    stand_back(process.pid)
    return process


def parameters(config: StackConfig, port: int) -> dict[str, str]:
    """The template's parameters that say who writes answers: the model, or without one the documents' sentences. A
    deployment before this one may have said something else."""
    if config.chat_model is None:
        return {"Generator": "extractive", "GeneratorUrl": "", "GeneratorModel": ""}
    return {
        "Generator": "openai",
        "GeneratorUrl": f"{url(port)}/v1",
        "GeneratorModel": config.chat_model,
        "GeneratorContextTokens": str(CONTEXT_TOKENS),
    }
