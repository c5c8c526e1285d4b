"""The embedding service over HTTP: POST /embed as Text Embeddings Inference has it, and GET /info."""

import json
from collections.abc import Sequence
from typing import Any

import urllib3

from bloomweaver.errors import EmbeddingOverloaded, EmbeddingRejected, EmbeddingUnavailable

# 408: the request did not get through in time. Not 424: the model fails on a text, and would again.
_NOT_THERE = {408, 500, 502, 503, 504}


class EmbeddingClient:
    """Implements `Embedder`."""

    def __init__(self, url: str, timeout_seconds: float, model: str) -> None:
        """`model` is the name of the model that the service has to run."""
        self._url = url.rstrip("/")
        self._model = model
        self._verified = False
        self._http = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=2.0, read=timeout_seconds),
            retries=False,
        )

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """See `Embedder`. The first call asks the service for its model: vectors of another one of the same dimension
        would pass for right, and spoil an index."""
        if not self._verified:
            self._verify()
            self._verified = True
        body = json.dumps({"inputs": list(texts), "prompt_name": "passage"}).encode()
        vectors = self._ask("POST", "/embed", body)
        if not isinstance(vectors, list) or len(vectors) != len(texts):
            raise EmbeddingRejected(f"the embedding service answers with other than {len(texts)} vectors")
        return vectors

    def _verify(self) -> None:
        info = self._ask("GET", "/info")
        # A model that is named by its folder has that as its id.
        names = [info.get("model"), info.get("model_id")] if isinstance(info, dict) else []
        if self._model not in names:
            raise EmbeddingRejected(
                f"the embedding service runs the model '{next(iter(names), None)}', this deployment is for "
                f"'{self._model}'"
            )

    def _ask(self, method: str, path: str, body: bytes | None = None) -> Any:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        try:
            answer = self._http.request(method, f"{self._url}{path}", body=body, headers=headers)
        except urllib3.exceptions.HTTPError as error:
            raise EmbeddingUnavailable(f"the embedding service cannot be reached: {error}") from error
        if answer.status in _NOT_THERE:
            raise EmbeddingUnavailable(f"the embedding service answers {answer.status}")
        if answer.status == 429:
            raise EmbeddingOverloaded("the embedding service answers 429: its queue is full")
        if answer.status != 200:
            raise EmbeddingRejected(f"the embedding service answers {answer.status}: {answer.data[:500]!r}")
        try:
            return json.loads(answer.data)
        except ValueError as error:
            raise EmbeddingRejected(
                f"the embedding service answers with something that is no JSON: {answer.data[:200]!r}"
            ) from error
