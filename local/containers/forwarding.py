"""Ways from containers to what listens on this machine's loopback: the same ports on the bridge's address."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from local.containers.errors import ContainersUnavailable
from local.ports import LOOPBACK

_CHUNK_BYTES = 1 << 16


@contextmanager
def forwarded(address: str, ports: Sequence[int]) -> Iterator[None]:
    """Pass connections to `address` on to the loopback, port by port. Raises `ContainersUnavailable`."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        for port in ports:
            try:
                asyncio.run_coroutine_threadsafe(_listen(address, port), loop).result()
            except OSError as error:
                raise ContainersUnavailable(f"{address}, Docker's bridge, cannot be listened on: {error}") from error
        yield
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _listen(address: str, port: int) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(LOOPBACK, port)
        await asyncio.gather(_pass_on(reader, there_writer), _pass_on(there_reader, writer))

    await asyncio.start_server(serve, address, port)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    # A container that is stopped leaves its connections as they are.
    with suppress(ConnectionError):
        while data := await reader.read(_CHUNK_BYTES):
            writer.write(data)
            await writer.drain()
    writer.close()
