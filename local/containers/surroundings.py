"""What the functions in containers talk to: a one-machine stack of their own, and a stand-in for Pinecone.

The stack's own functions are kept from working on the messages: here each step is a container's.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from local import aws, stack
from local.config import REPOSITORY, StackConfig
from local.containers.forwarding import forwarded
from local.containers.package import ENDPOINT_VARIABLE
from local.ports import LOOPBACK
from local.stack import StackDescriptor

STUB_API_KEY = "stub-key"
# No sweep comes in between, and dispatch does not wait for runs that another test of it has.
_PARAMETERS = {"SweepAfterMinutes": "1440", "SweepRate": "rate(1 day)"}
# Where layers have them, and not the stack's own functions.
_MODELS = {"MODELS_DIR": "/opt/models"}


@dataclass(frozen=True)
class Surroundings:
    """What stands, and the functions' environment in it, by the folder of their handler."""

    descriptor: StackDescriptor
    environment: dict[str, dict[str, str]]

    def write_environment(self, path: Path, functions: dict[str, str]) -> None:
        """Write the file that `sam local --env-vars` takes, for functions of these logical ids."""
        path.write_text(json.dumps({name: self.environment[folder] for folder, name in functions.items()}))


@contextmanager
def surroundings(folder: Path, address: str, report: Callable[[str], None]) -> Iterator[Surroundings]:
    """Start the stack and the stand-in, reachable from containers at `address`. Stopped at the end.

    Raises `StackError` and `ContainersUnavailable`.
    """
    with _pinecone(address) as pinecone_url:
        config = StackConfig(
            folder,
            aws_port=0,
            embedding_port=0,
            vector_store="pinecone",
            pinecone_host=pinecone_url,
            pinecone_api_key=STUB_API_KEY,
            parameters=_PARAMETERS,
        )
        descriptor = stack.up(config, report)
        try:
            client = aws.client(descriptor.aws_endpoint_url, "lambda")
            for mapping in client.list_event_source_mappings()["EventSourceMappings"]:
                client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
            urls = (descriptor.aws_endpoint_url, descriptor.embedding_url)
            with forwarded(address, [urlsplit(url).port or 0 for url in urls]):
                yield Surroundings(descriptor, _environments(client, descriptor.aws_endpoint_url, address))
        finally:
            stack.down(config, report)


@contextmanager
def _pinecone(address: str) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.pinecone_stub", "--host", address, "--api-key", STUB_API_KEY]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def _environments(client: Any, endpoint: str, address: str) -> dict[str, dict[str, str]]:
    """The deployed functions' variables, with this machine's loopback by the name that a container has for it."""
    environments = {}
    for page in client.get_paginator("list_functions").paginate():
        for function in page["Functions"]:
            variables = {**function["Environment"]["Variables"], ENDPOINT_VARIABLE: endpoint, **_MODELS}
            seen = {name: value.replace(LOOPBACK, address) for name, value in variables.items()}
            environments[function["Handler"].partition(".")[0]] = seen
    return environments
