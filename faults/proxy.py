"""An HTTP proxy that fails on demand: it stands between the functions and AWS, or the embedding service.

`python -m faults.proxy --upstream 127.0.0.1:4566 --seed 1` prints its URL, then serves until stopped. `PUT /__faults__`
takes a list of rules in the place of the last one, `GET /__faults__` says how often each fault happened, and how often
each operation was asked for.

A document takes about fifty requests, so that a proxy's own time counts: this one takes 0.9 ms of CPU a request where
microburst, a package for the same, took 13. It speaks just as much HTTP/1.1 as the AWS SDK, urllib3 and uvicorn do with
one another.
"""

import argparse
import asyncio
import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

ADMIN = "/__faults__"
HEAD_MAX_BYTES = 1 << 18

Action = Literal["error", "delay", "lost", "drop"]


class Rule(BaseModel):
    """A fault that a request may meet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    """What it is counted as."""
    service: str = "*"
    """As in the credential scope: s3, dynamodb, sqs, states."""
    about: str = ""
    """Only requests with this text in their path or body."""
    probability: float
    action: Action
    """`error` answers instead of the server, `drop` closes the connection. The others have the server do its work at
    once, so that nothing is done after its client has given up: `delay` then waits with the answer, `lost` answers an
    error."""
    status: int = 500
    code: str = "InternalError"
    seconds: float = 0.0


@dataclass(frozen=True)
class _Message:
    head: bytes
    start: list[str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def service(self) -> str:
        """From the signature's credential scope: `Credential=KEY/20260115/us-east-1/s3/aws4_request`."""
        _, _, scope = self.headers.get("authorization", "").partition("Credential=")
        parts = scope.split(",")[0].split("/")
        return parts[3] if len(parts) > 3 else ""

    @property
    def operation(self) -> str:
        """What is asked for: `dynamodb PutItem`; for S3, whose operations have no names on the wire, method and kind of
        target, such as `s3 GET object` or `s3 POST bucket`."""
        target = self.headers.get("x-amz-target", "")
        if target:
            return f"{self.service} {target.rpartition('.')[2]}"
        _, _, key = self.start[1].partition("?")[0].lstrip("/").partition("/")
        return f"{self.service} {self.start[0]} {'object' if key else 'bucket'}"


class FaultProxy:
    """Passes requests to `host`:`port`, but for those that a rule is drawn for."""

    def __init__(self, host: str, port: int, seed: int) -> None:
        self._address = (host, port)
        self._random = random.Random(seed)
        self._rules: Sequence[Rule] = ()
        self._counts: Counter[str] = Counter()
        self._operations: Counter[str] = Counter()
        self._requests = 0

    async def serve_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client's connection until either side is done with it."""
        upstream = _Upstream(*self._address)
        # A client that ends, or is killed, in the middle of a request is what this is for.
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await self._serve_request(reader, writer, upstream):
                await writer.drain()
        upstream.close()
        writer.close()

    async def _serve_request(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, upstream: "_Upstream"
    ) -> bool:
        request = await _read_request(reader, writer)
        if request.start[1] == ADMIN:
            writer.write(self._administer(request))
            return True
        self._requests += 1
        self._operations[request.operation] += 1
        rule = self._draw(request)
        if rule is not None and rule.action == "drop":
            return False
        if rule is not None and rule.action == "error":
            writer.write(_error(rule, request))
            return True
        try:
            answer = await upstream.exchange(request)
        except (ConnectionError, asyncio.IncompleteReadError):
            # What a load balancer says whose target is not there.
            writer.write(_response(HTTPStatus.BAD_GATEWAY, b"no target", "text/plain"))
            return True
        if rule is not None and rule.action == "delay":
            await asyncio.sleep(rule.seconds)
        writer.write(_error(rule, request) if rule is not None and rule.action == "lost" else answer)
        return True

    def _draw(self, request: _Message) -> Rule | None:
        for rule in self._rules:
            if _is_for(rule, request) and self._random.random() < rule.probability:
                self._counts[rule.name] += 1
                return rule
        return None

    def _administer(self, request: _Message) -> bytes:
        if request.start[0] == "PUT":
            self._rules = TypeAdapter(list[Rule]).validate_json(request.body)
        answer = {"requests": self._requests, "counts": self._counts, "operations": self._operations}
        return _response(HTTPStatus.OK, json.dumps(answer).encode(), "application/json")


class _Upstream:
    """A connection to the server, opened when it is needed."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def exchange(self, request: _Message) -> bytes:
        """Send the request, return the whole answer."""
        if self._streams is None or self._streams[0].at_eof() or self._streams[1].is_closing():
            self.close()
            self._streams = await asyncio.open_connection(*self._address, limit=HEAD_MAX_BYTES)
        reader, writer = self._streams
        try:
            writer.write(request.head + request.body)
            head = await reader.readuntil(b"\r\n\r\n")
            start, headers = _parsed(head)
            bodiless = request.start[0] == "HEAD" or start[1] in ("204", "304")
            body = b"" if bodiless else await _read_body(reader, headers, until_end=True)
        except BaseException:
            self.close()
            raise
        if headers.get("connection", "").lower() == "close":
            self.close()
        return head + body

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def _read_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> _Message:
    head = await reader.readuntil(b"\r\n\r\n")
    start, headers = _parsed(head)
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"expect:")]
        head = b"\r\n".join(lines)
    return _Message(head, start, headers, await _read_body(reader, headers, until_end=False))


async def _read_body(reader: asyncio.StreamReader, headers: Mapping[str, str], *, until_end: bool) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        parts: list[bytes] = []
        while True:
            line = await reader.readuntil(b"\r\n")
            size = int(line.split(b";")[0], 16)
            parts += [line, await reader.readexactly(size + 2)]
            if size == 0:
                return b"".join(parts)
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    return await reader.read() if until_end else b""


def _parsed(head: bytes) -> tuple[list[str], dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return first.split(" ", 2), {name.lower(): value.strip() for name, _, value in pairs}


def _is_for(rule: Rule, request: _Message) -> bool:
    if rule.service not in ("*", request.service):
        return False
    return rule.about in request.start[1] or rule.about.encode() in request.body


def _error(rule: Rule, request: _Message) -> bytes:
    if request.service == "s3":
        text = f"<?xml version='1.0'?><Error><Code>{rule.code}</Code><Message>a fault</Message></Error>"
        return _response(rule.status, text.encode(), "application/xml")
    body = json.dumps({"__type": rule.code, "message": "a fault", "error": "a fault", "error_type": rule.code})
    return _response(rule.status, body.encode(), "application/x-amz-json-1.0")


def _response(status: int, body: bytes, content_type: str) -> bytes:
    head = f"HTTP/1.1 {status} fault\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def _serve(host: str, port: int, seed: int) -> None:
    proxy = FaultProxy(host, port, seed)
    server = await asyncio.start_server(proxy.serve_client, "127.0.0.1", 0, limit=HEAD_MAX_BYTES, backlog=256)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m faults.proxy", description=__doc__)
    parser.add_argument("--upstream", required=True, help="host:port")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    host, _, port = arguments.upstream.rpartition(":")
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(host, int(port), arguments.seed))


if __name__ == "__main__":
    main()
