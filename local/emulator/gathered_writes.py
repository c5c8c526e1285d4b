"""The head and the body of an answer as one write. uvicorn writes them one by one, and in those system calls the server
spent a seventh of its time."""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class GatheringProtocol(HttpToolsProtocol):
    """uvicorn's, on a transport that gathers."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See `asyncio.Protocol`."""
        super().connection_made(cast("asyncio.Transport", GatheringTransport(transport, self.loop)))


class GatheringTransport:
    """Sends together what is written within one turn of the event loop. Else it is the transport that it is given."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._gathered: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """See `asyncio.WriteTransport`."""
        if not self._gathered:
            self._loop.call_soon(self._send)
        self._gathered.append(data)

    def writelines(self, lines: list[bytes]) -> None:
        """See `asyncio.WriteTransport`."""
        self.write(b"".join(lines))

    def write_eof(self) -> None:
        """See `asyncio.WriteTransport`."""
        self._send()
        self._transport.write_eof()

    def close(self) -> None:
        """See `asyncio.BaseTransport`. What was written is sent before."""
        self._send()
        self._transport.close()

    def _send(self) -> None:
        if self._gathered:
            gathered = b"".join(self._gathered)
            self._gathered.clear()
            self._transport.write(gathered)
