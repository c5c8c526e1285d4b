"""The embedding service over HTTP: POST /embed as Text Embeddings Inference has it."""

import json
from collections.abc import Sequence
from typing import Any

import urllib3

from bloomweaver.errors import EmbeddingOverloaded, EmbeddingRejected, EmbeddingUnavailable

# 408: the request did not get through in time. Not 424: the model fails on a text, and would again.
_NOT_THERE = {408, 500, 502, 503, 504}


class EmbeddingClient:
    """Implements `Embedder`."""

    def __init__(self, url: str, timeout_seconds: float) -> None:
        self._url = f"{url.rstrip('/')}/embed"
        self._http = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=2.0, read=timeout_seconds),
            retries=False,
        )

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """See `Embedder`."""
        body = json.dumps({"inputs": list(texts), "prompt_name": "passage"}).encode()
        try:
            answer = self._http.request("POST", self._url, body=body, headers={"Content-Type": "application/json"})
        except urllib3.exceptions.HTTPError as error:
            raise EmbeddingUnavailable(f"the embedding service cannot be reached: {error}") from error
        if answer.status in _NOT_THERE:
            raise EmbeddingUnavailable(f"the embedding service answers {answer.status}")
        if answer.status == 429:
            raise EmbeddingOverloaded("the embedding service answers 429: its queue is full")
        if answer.status != 200:
            raise EmbeddingRejected(f"the embedding service answers {answer.status}: {answer.data[:500]!r}")
        return _vectors(answer.data, len(texts))


def _vectors(data: bytes, expected: int) -> list[list[float]]:
    try:
        vectors: Any = json.loads(data)
    except ValueError as error:
        raise EmbeddingRejected(
            f"the embedding service answers with something that is no JSON: {data[:200]!r}"
        ) from error
    if not isinstance(vectors, list) or len(vectors) != expected:
        raise EmbeddingRejected(f"the embedding service answers with other than {expected} vectors")
    return vectors
