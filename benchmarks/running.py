"""The stack that the demo and the benchmark run on: the one that runs, or one for as long as they take."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from cli.client import Api
from local import stack
from local.config import StackConfig
from local.data_port import recorded_port
from local.errors import StackError
from local.ports import claim_port
from local.stack import StackDescriptor


@dataclass(frozen=True)
class RunningStack:
    """A stack that answers. `up_seconds` is how long it took to start; none if it ran before."""

    descriptor: StackDescriptor
    up_seconds: float | None


@contextmanager
def running_stack(report: Callable[[str], None]) -> Iterator[RunningStack]:
    """The stack in the default directory. One that runs is used and left running; else it is started, on free ports
    where the default ones are taken, and stopped in the end. Raises `StackError`."""
    config = StackConfig()
    existing = stack.read_descriptor(config.descriptor)
    if existing is not None and existing.processes and len(existing.running()) == len(existing.processes):
        report(f"using the stack that runs: {existing.api_url}")
        yield RunningStack(existing, None)
        return
    config = replace(
        config,
        aws_port=0 if recorded_port(config) else _default_or_free(config.aws_port),
        embedding_port=_default_or_free(config.embedding_port),
    )
    # As on Ctrl-C: the stack is stopped, and not left behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    started = time.monotonic()
    descriptor = stack.up(config, report)
    try:
        yield RunningStack(descriptor, time.monotonic() - started)
    finally:
        stack.down(config, report)


def open_api(descriptor: StackDescriptor) -> Api:
    """The stack's API, with a token of its issuer."""
    return Api(descriptor.api_url, token=descriptor.token)


def _default_or_free(port: int) -> int:
    try:
        return claim_port(port, "the stack", "")
    except StackError:
        return 0
