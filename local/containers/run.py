"""Invokes every function, and the API, and says how each went."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import docker
import httpx

from local.containers.daemon import gateway
from local.containers.package import Package
from local.containers.results import Result, read_answer
from local.containers.sam_local import INVOKE_SECONDS, SamLocal
from local.containers.sequence import STEPS
from local.containers.surroundings import surroundings
from local.errors import StackError

_DOCUMENT = {
    "operation": "CREATE",
    "doc_hash": "sam-local-api",
    "content_type": "text/plain",
    "content": "The ferry leaves from the northern pier at noon.",
}


@dataclass(frozen=True)
class Invocation:
    """A call, its result and how long it took, container and all."""

    what: str
    seconds: float
    result: Result


def invocations(
    client: docker.DockerClient,
    docker_host: str | None,
    package: Package,
    folder: Path,
    logs: Path,
    report: Callable[[str], None],
) -> Iterator[Invocation]:
    """Each call as it is done. `docker_host` is the address of a daemon of our own.

    Raises `StackError` and `ContainersUnavailable`.
    """
    without = sorted(set(package.functions) ^ {step.function for step in STEPS})
    if without:
        raise StackError(f"the template's functions and the steps differ by {', '.join(without)}")
    with surroundings(folder / "stack", gateway(client), report) as around:
        variables = folder / "variables.json"
        around.write_environment(variables, package.functions)
        sam = SamLocal(package.template, variables, folder, logs, docker_host, pull=docker_host is None)
        for step in STEPS:
            name = package.functions[step.function]
            token = around.descriptor.token()
            yield _timed(f"invoke {name}", lambda name=name, step=step, token=token: sam.invoke(name, step, token))  # type: ignore[misc]
        bearer = {"Authorization": f"Bearer {around.descriptor.token()}"}
        with sam.api() as url, httpx.Client(base_url=url, timeout=INVOKE_SECONDS, headers=bearer) as http:
            yield _timed("start-api GET /health", lambda: _answer(http.get("/health"), "ok"))
            yield _timed("start-api POST /webhook", lambda: _answer(http.post("/webhook", json=_DOCUMENT), "queued"))


def _answer(answer: httpx.Response, says: str) -> Result:
    return read_answer(answer.status_code, answer.text, says)


def _timed(what: str, call: Callable[[], Result]) -> Invocation:
    started = time.monotonic()
    result = call()
    return Invocation(what, time.monotonic() - started, result)
