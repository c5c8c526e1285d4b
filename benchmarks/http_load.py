"""HTTP clients that cost little: they share the machine with the server that they measure.

Each connection sends a request, waits for the whole answer, and sends the next one (a closed loop). `run_load` does
that in a process of its own, so that clients and measuring code do not wait for each other. Answers are not parsed.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import uvloop

from benchmarks.errors import RunError

REPOSITORY = Path(__file__).resolve().parents[1]
STATUS_AT = slice(9, 12)  # In "HTTP/1.1 200 OK".
HEADERS_END = b"\r\n\r\n"
LENGTH_HEADER = b"content-length: "
END_SECONDS = 30.0
"""How long the last answers may take after the time is up."""


@dataclass(frozen=True)
class Clients:
    """Some connections that do the same: they take turns with the bodies, again and again."""

    name: str
    connections: int
    bodies: Sequence[str]
    """JSON texts."""
    path: str = "/embed"


@dataclass
class LoadResult:
    """What a group of clients saw, without the warm-up."""

    seconds: float = 0.0
    statuses: dict[str, int] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    """Seconds from the sending of a request to the last byte of its answer, of answers with status 200."""

    @property
    def per_second(self) -> float:
        """Answers with status 200 a second."""
        return len(self.latencies) / self.seconds


@dataclass(frozen=True)
class Load:
    """What a run saw, by the groups' names."""

    groups: dict[str, LoadResult]
    client_cores: float
    """How much of a core the clients took."""


class Connection(asyncio.Protocol):
    """One kept-alive connection that does request after request.

    `take` gives the next request, whole, or none to end. `answered` is told the status, the body and the seconds of an
    answer, and says how many seconds to wait before the next request.
    """

    def __init__(self, take: Callable[[], bytes | None], answered: Callable[[int, bytes, float], float]) -> None:
        self._take = take
        self._answered = answered
        self._received = bytearray()
        self._expected = -1
        self._body_at = 0
        self._sent_at = 0.0
        self._transport: asyncio.Transport | None = None
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self._transport = cast(asyncio.Transport, transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self._received += data
        if self._expected < 0:
            end = self._received.find(HEADERS_END)
            if end < 0:
                return
            at = self._received.lower().find(LENGTH_HEADER, 0, end)
            if at < 0:
                raise RunError("an answer has no Content-Length")
            self._body_at = end + len(HEADERS_END)
            self._expected = self._body_at + int(self._received[at + len(LENGTH_HEADER) : end].split(b"\r", 1)[0])
        if len(self._received) >= self._expected:
            seconds = time.perf_counter() - self._sent_at
            pause = self._answered(int(self._received[STATUS_AT]), bytes(self._received[self._body_at :]), seconds)
            self._received.clear()
            self._expected = -1
            if pause:
                asyncio.get_running_loop().call_later(pause, self._next)
            else:
                self._next()

    def connection_lost(self, error: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        if not self.ended.done():
            self.ended.set_exception(RunError(f"the service closed a connection: {error}"))

    def _next(self) -> None:
        request = self._take()
        assert self._transport
        if request is None:
            self.ended.set_result(None)
            self._transport.close()
        else:
            self._sent_at = time.perf_counter()
            self._transport.write(request)


def http_request(host: str, path: str, body: str) -> bytes:
    """A POST of a JSON text, as it goes over the wire."""
    content = body.encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n"
    )
    return head.encode() + b"\r\n" + content


def run_load(url: str, groups: Sequence[Clients], *, seconds: float, warm_up_seconds: float = 1.0) -> Load:
    """Runs the groups side by side, in another process. Raises `RunError` if a connection breaks."""
    order = {
        "url": url,
        "groups": [asdict(group) for group in groups],
        "seconds": seconds,
        "warm_up_seconds": warm_up_seconds,
    }
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.http_load"],
        cwd=REPOSITORY,
        input=json.dumps(order),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RunError(f"the load generator failed: {done.stderr.strip()}")
    answer = json.loads(done.stdout)
    results = {name: LoadResult(**result) for name, result in answer["groups"].items()}
    return Load(results, answer["client_cores"])


async def connect(url: str, connection: Callable[[], Connection]) -> Connection:
    """An open connection to the service."""
    address = urlsplit(url)
    _, protocol = await asyncio.get_running_loop().create_connection(
        connection, address.hostname or "", address.port or 80
    )
    return protocol


async def gathered(connections: Sequence[Connection], seconds: float) -> None:
    """Waits until all have ended, which should take so many seconds. Raises `RunError` if one breaks or does not."""
    try:
        async with asyncio.timeout(seconds + END_SECONDS):
            await asyncio.gather(*(connection.ended for connection in connections))
    except TimeoutError:
        raise RunError("the last answers did not come") from None


async def _run(url: str, groups: Sequence[Clients], seconds: float, warm_up_seconds: float) -> Load:
    started = time.perf_counter()
    measured_from, until = started + warm_up_seconds, started + warm_up_seconds + seconds
    statuses: dict[str, Counter[str]] = {group.name: Counter() for group in groups}
    results = {group.name: LoadResult(seconds=seconds) for group in groups}
    host = urlsplit(url).netloc

    def clients(group: Clients, number: int) -> Connection:
        requests = [http_request(host, group.path, body) for body in group.bodies]
        turn = number

        def take() -> bytes | None:
            nonlocal turn
            turn += 1
            return None if time.perf_counter() >= until else requests[turn % len(requests)]

        def answered(status: int, _: bytes, latency: float) -> float:
            if measured_from <= time.perf_counter() < until:
                statuses[group.name][str(status)] += 1
                if status == 200:
                    results[group.name].latencies.append(latency)
            return 0.0

        return Connection(take, answered)

    open_connections = [
        await connect(url, lambda group=group, number=number: clients(group, number))  # type: ignore[misc]
        for group in groups
        for number in range(group.connections)
    ]
    cpu = time.process_time()
    await gathered(open_connections, warm_up_seconds + seconds)
    elapsed = time.perf_counter() - started
    for name, counts in statuses.items():
        results[name].statuses = dict(counts)
    return Load(results, (time.process_time() - cpu) / elapsed)


def main() -> int:
    """Reads an order from standard input and writes the result to standard output, both JSON."""
    order = json.load(sys.stdin)
    groups = [Clients(**group) for group in order.pop("groups")]
    try:
        load = uvloop.run(_run(groups=groups, **order))
    except (RunError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    json.dump(asdict(load), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
