"""The embedding service over HTTP: POST /embed as Text Embeddings Inference has it.

Vectors of another model, of the same dimension, would pass for right and spoil an index. Behind one address there can
be instances of two models: a deployment that changes it replaces them one after the other. So the answer itself has to
say whose vectors these are, which our service does in headers. Text Embeddings Inference does not; it is asked once, by
GET /info. How many tokens the texts had both say, in a header.
"""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

import urllib3

from bloomweaver.errors import EmbeddingOverloaded, EmbeddingRejected, EmbeddingUnavailable
from bloomweaver.ports import Embedded

_MODEL_HEADERS = ("X-Model", "X-Model-Id")
_TOKENS_HEADER = "X-Compute-Tokens"
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

    def embed(self, texts: Sequence[str]) -> Embedded:
        """See `Embedder`. If another model answers, `EmbeddingUnavailable` is raised too: an instance of the right one
        may be about to take its place."""
        body = json.dumps({"inputs": list(texts), "prompt_name": "passage"}).encode()
        answer = self._ask("POST", "/embed", body)
        if not (self._verified or _names(answer)):
            info = _parsed(self._ask("GET", "/info"))
            self._verify([info.get("model"), info.get("model_id")] if isinstance(info, dict) else [])
            self._verified = True
        vectors = _parsed(answer)
        if not isinstance(vectors, list) or len(vectors) != len(texts):
            raise EmbeddingRejected(f"the embedding service answers with other than {len(texts)} vectors")
        tokens = answer.headers.get(_TOKENS_HEADER, "")
        return Embedded(vectors, int(tokens) if tokens.isdecimal() else None)

    def _verify(self, names: Sequence[str | None]) -> None:
        # A model that is named by its folder has that as its id.
        if self._model not in names:
            raise EmbeddingUnavailable(
                f"the embedding service runs the model '{next(iter(names), None)}', this deployment is for "
                f"'{self._model}'"
            )

    def _ask(self, method: str, path: str, body: bytes | None = None) -> urllib3.BaseHTTPResponse:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        try:
            answer = self._http.request(method, f"{self._url}{path}", body=body, headers=headers)
        except urllib3.exceptions.HTTPError as error:
            raise EmbeddingUnavailable(f"the embedding service cannot be reached: {error}") from error
        if names := _names(answer):
            self._verify(names)
        if answer.status in _NOT_THERE:
            raise EmbeddingUnavailable(f"the embedding service answers {answer.status}")
        if answer.status == 429:
            raise EmbeddingOverloaded("the embedding service answers 429: its queue is full")
        if answer.status != 200:
            raise EmbeddingRejected(f"the embedding service answers {answer.status}: {answer.data[:500]!r}")
        return answer


def _names(answer: urllib3.BaseHTTPResponse) -> list[str]:
    """What the model that answered is called, if the answer says so."""
    return [unquote(answer.headers[name]) for name in _MODEL_HEADERS if name in answer.headers]


def _parsed(answer: urllib3.BaseHTTPResponse) -> Any:
    try:
        return json.loads(answer.data)
    except ValueError as error:
        raise EmbeddingRejected(
            f"the embedding service answers with something that is no JSON: {answer.data[:200]!r}"
        ) from error
