"""What holds for every test."""

import os
import socket
from collections.abc import Iterator

import pytest

from local.ports import LOOPBACK

# Powertools reads these when its objects are made, which the first import of `wiring` does, in whatever test it is.
os.environ.update(
    {
        "POWERTOOLS_METRICS_NAMESPACE": "test",
        "POWERTOOLS_SERVICE_NAME": "test",
        "POWERTOOLS_TRACE_DISABLED": "true",
    }
)


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that somebody has, and at which nobody answers."""
    with socket.socket() as holder:
        holder.bind((LOOPBACK, 0))
        yield holder.getsockname()[1]
