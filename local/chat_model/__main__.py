"""Starts the server: `python -m local.chat_model NAME PORT`. It answers once the model is loaded."""

import sys

import uvicorn

from local.chat_model.model import ChatModel
from local.chat_model.server import application
from local.chat_model.weights import weights
from local.ports import LOOPBACK


def main() -> None:
    """Runs until a signal."""
    name, port = sys.argv[1], int(sys.argv[2])
    model = ChatModel(weights(name))
    uvicorn.run(application(name, model), host=LOOPBACK, port=port, access_log=False, timeout_graceful_shutdown=2)


if __name__ == "__main__":
    main()
