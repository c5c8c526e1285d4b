"""The stand-in for Pinecone of a running stack, which can be told to misbehave."""

from typing import Any

import httpx


class Stub:
    """The stand-in for Pinecone, which can be told to misbehave."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/__stub__"

    def fault(self, **fault: Any) -> None:
        """Have a fault happen to the next upserts, or to another `operation`."""
        httpx.post(f"{self._url}/faults", json={"operation": "upsert", **fault}).raise_for_status()

    def upserts(self) -> int:
        """How many upserts came in this test."""
        calls: list[str] = httpx.get(f"{self._url}/calls").raise_for_status().json()["calls"]
        return calls.count("upsert")

    def hold_back_writes(self) -> None:
        """Show no write from now on, until `recover`."""
        httpx.post(f"{self._url}/consistency", json={"delay_seconds": None}).raise_for_status()

    def recover(self) -> None:
        """Do everything right, show every write, and forget the calls."""
        httpx.delete(f"{self._url}/faults").raise_for_status()
        httpx.post(f"{self._url}/consistency", json={"delay_seconds": 0}).raise_for_status()
        httpx.post(f"{self._url}/flush").raise_for_status()
