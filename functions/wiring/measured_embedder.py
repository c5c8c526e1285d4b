"""An embedder that remembers how long each request took, and how many texts it had."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from bloomweaver.ports import Embedder


@dataclass(frozen=True)
class EmbeddingRequest:
    """A request that was answered."""

    texts: int
    seconds: float


class MeasuredEmbedder:
    """Implements `Embedder` by another one."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.requests: list[EmbeddingRequest] = []

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """See `Embedder`."""
        started = time.monotonic()
        vectors = self._embedder.embed(texts)
        self.requests.append(EmbeddingRequest(len(texts), time.monotonic() - started))
        return vectors
