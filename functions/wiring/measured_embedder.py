"""An embedder that remembers how long each request took, and how many texts and tokens it had."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from bloomweaver.ports import Embedded, Embedder


@dataclass(frozen=True)
class EmbeddingRequest:
    """A request that was answered."""

    texts: int
    tokens: int | None
    """None where the service does not say so."""
    seconds: float


class MeasuredEmbedder:
    """Implements `Embedder` by another one."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.requests: list[EmbeddingRequest] = []

    def embed(self, texts: Sequence[str]) -> Embedded:
        """See `Embedder`."""
        started = time.monotonic()
        embedded = self._embedder.embed(texts)
        self.requests.append(EmbeddingRequest(len(texts), embedded.tokens, time.monotonic() - started))
        return embedded
