"""A reranker that Pinecone hosts, through the SDK `pinecone` 10: `POST /rerank`.

What a model takes is documented at https://docs.pinecone.io/guides/search/rerank-results. More passages than a request
may have go in several, at the same time: a model scores each passage by itself, so that all scores compare.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from bloomweaver.errors import ConfigurationError, RerankerRejected, RerankerTimedOut, RerankerUnavailable

if TYPE_CHECKING:
    from pinecone.client.inference import Inference
    from pinecone.models.inference.rerank import RerankResult

DEFAULT_MODEL = "bge-reranker-v2-m3"
QUERY_MAX_BYTES = 1_000
"""Of a query in UTF-8. bge-reranker-v2-m3 reads 256 tokens of a query, and 1,024 with the passage; a token is about
four bytes, in English as in Chinese. A longer query would leave no room for the passage."""
REQUESTS_AT_ONCE = 4


@dataclass(frozen=True)
class _Model:
    """What Pinecone documents of a model."""

    documents_max: int
    parameters: dict[str, str] = field(default_factory=dict)


_MODELS = {
    # These refuse what is too long, unless they are told to cut it.
    "bge-reranker-v2-m3": _Model(100, {"truncate": "END"}),
    "pinecone-rerank-v0": _Model(100, {"truncate": "END"}),
    # These cut by themselves.
    "cohere-rerank-3.5": _Model(200),
    "cohere-rerank-4-fast": _Model(250),
}
_UNKNOWN = _Model(100)
"""A model that came later: the least that any takes, and nothing that one might refuse."""


class PineconeReranker:
    """Implements `Reranker`. `api_key` is asked before each call; with another key than before, the client is made
    anew. `control_url` is another address than Pinecone's own."""

    def __init__(
        self, api_key: Callable[[], str], model: str = DEFAULT_MODEL, *, control_url: str = "", timeout_seconds: float
    ) -> None:
        """`timeout_seconds` is what a call of `rerank` may take, however many requests it sends. Each is sent once."""
        self._api_key = api_key
        self._model = model
        self._about = _MODELS.get(model, _UNKNOWN)
        self._control_url = control_url
        self._timeout = timeout_seconds
        self._executor = ThreadPoolExecutor(REQUESTS_AT_ONCE, thread_name_prefix="pinecone-rerank")
        self._opened: tuple[str, Inference] | None = None
        self._opening = Lock()

    def rerank(self, query: str, texts: Sequence[str]) -> list[float]:
        """See `Reranker`. Raises `RerankerTimedOut`, `RerankerUnavailable`, `RerankerRejected`, and what the secret's
        store raises."""
        if not texts:
            return []
        until = time.monotonic() + self._timeout
        inference = self._open()
        size = self._about.documents_max
        parts = [texts[start : start + size] for start in range(0, len(texts), size)]
        under_way = [self._executor.submit(self._ask, inference, _cut(query.strip()), part) for part in parts]
        # The SDK's own timeout is for each read; an answer that comes in drops would take longer.
        ended, late = wait(under_way, timeout=max(0.0, until - time.monotonic()), return_when=FIRST_EXCEPTION)
        if late:
            for request in late:
                request.cancel()
            _raise_first(ended)
            raise RerankerTimedOut(f"Pinecone: no answer in {self._timeout:g} s")
        with _rerank_errors():
            return [score for request in under_way for score in request.result()]

    def _ask(self, inference: "Inference", query: str, texts: Sequence[str]) -> list[float]:
        answer = inference.rerank(
            model=self._model,
            query=query,
            documents=[{"text": text} for text in texts],
            return_documents=False,
            top_n=len(texts),
            parameters=self._about.parameters or None,
        )
        return _in_order(answer, len(texts))

    def _open(self) -> "Inference":
        """The client, imported when it is first asked for. Raises `RerankerRejected` without a key."""
        from pinecone import Pinecone, RetryConfig

        try:
            key = self._api_key()
        except ConfigurationError as error:
            raise RerankerRejected(f"Pinecone's reranker has no key: {error}") from error
        with self._opening, _rerank_errors():
            if self._opened is None or self._opened[0] != key:
                client = Pinecone(
                    api_key=key,
                    host=self._control_url,
                    timeout=self._timeout,
                    retry_config=RetryConfig(max_retries=0),
                )
                self._opened = (key, client.inference)
            return self._opened[1]


def _in_order(answer: "RerankResult", count: int) -> list[float]:
    """The scores in the order of the texts. Raises `RerankerUnavailable` if one is missing."""
    scores = {ranked.index: ranked.score for ranked in answer.data}
    if scores.keys() != set(range(count)):
        raise RerankerUnavailable(f"Pinecone: scored {len(scores)} of {count} passages")
    return [scores[place] for place in range(count)]


def _cut(query: str) -> str:
    """The first `QUERY_MAX_BYTES` of the query, in whole characters."""
    return query.encode()[:QUERY_MAX_BYTES].decode(errors="ignore")


def _raise_first(ended: "set[Future[list[float]]]") -> None:
    """Raise what one of the requests that ended failed with, if one did: the others are of no use then."""
    with _rerank_errors():
        for request in ended:
            request.result()


@contextmanager
def _rerank_errors() -> Iterator[None]:
    """The SDK's errors as ours."""
    from pinecone import (
        ApiError,
        PineconeConnectionError,
        PineconeError,
        PineconeTimeoutError,
        RateLimitError,
        ServiceError,
    )
    from pinecone.errors import ResponseParsingError

    try:
        yield
    except RateLimitError as error:
        raise RerankerUnavailable(f"Pinecone: {error}", retry_after=error.retry_after) from error
    except PineconeTimeoutError as error:
        raise RerankerTimedOut(f"Pinecone: {error}") from error
    except (ServiceError, PineconeConnectionError, ResponseParsingError) as error:
        raise RerankerUnavailable(f"Pinecone: {error}") from error
    except ApiError as error:
        if error.status_code in (408, 425):
            raise RerankerUnavailable(f"Pinecone: {error}") from error
        raise RerankerRejected(f"Pinecone: {error}") from error
    except PineconeError as error:  # the arguments
        raise RerankerRejected(f"Pinecone: {error}") from error
