"""Head and body of an answer as one write, and nothing lost or overtaken."""

import asyncio
from typing import cast

from local.emulator.gathered_writes import GatheringTransport


class _Recorder:
    """A transport that remembers what was done with it."""

    def __init__(self) -> None:
        self.done: list[bytes | str] = []

    def write(self, data: bytes) -> None:
        self.done.append(data)

    def write_eof(self) -> None:
        self.done.append("eof")

    def close(self) -> None:
        self.done.append("close")

    def is_closing(self) -> bool:
        return "close" in self.done


def test_what_is_written_in_one_turn_of_the_loop_is_sent_together_and_in_order() -> None:
    recorder = _Recorder()

    async def write() -> None:
        transport = GatheringTransport(cast("asyncio.Transport", recorder), asyncio.get_running_loop())
        transport.write(b"head ")
        transport.writelines([b"bo", b"dy"])
        assert recorder.done == []
        await asyncio.sleep(0)
        transport.write(b"next")
        await asyncio.sleep(0)

    asyncio.run(write())
    assert recorder.done == [b"head body", b"next"]


def test_an_end_comes_behind_what_was_written() -> None:
    recorder = _Recorder()

    async def write() -> None:
        transport = GatheringTransport(cast("asyncio.Transport", recorder), asyncio.get_running_loop())
        transport.write(b"one")
        transport.write_eof()
        transport.write(b"two")
        transport.close()
        assert transport.is_closing()
        await asyncio.sleep(0)

    asyncio.run(write())
    assert recorder.done == [b"one", "eof", b"two", "close"]
