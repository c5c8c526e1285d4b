"""What holds for every test.

`HYPOTHESIS_PROFILE=check` (`make check`) tries fewer examples.
"""

import os
import socket
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from local.ports import LOOPBACK
from tests.examples import CHECK_EXAMPLES, is_check

# No test has a time limit: a machine may be busy.
settings.register_profile("tests", deadline=None)
settings.register_profile(
    "check",
    settings.get_profile("tests"),
    max_examples=CHECK_EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("check" if is_check() else "tests")

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
