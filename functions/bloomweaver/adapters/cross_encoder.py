"""A reranker in this process: a cross-encoder of the BERT family, by the encoder that embeds queries.

What runs on a processor cannot be interrupted. So its time is counted between batches of a few texts: what is late is
given up there, and nothing goes on behind an answer that was given without it. One query is reranked at a time, and
those that wait for it give up in time too. The model is loaded beside the first searches, which go without it.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from pathlib import Path
from threading import Lock
from typing import Protocol

from bloomweaver.adapters.model_files import from_bucket
from bloomweaver.errors import RerankerRejected, RerankerTimedOut, TransientError
from bloomweaver.ports import Objects
from embedding_service.encoder.cross_encoder import CrossEncoder, Scored
from embedding_service.encoder.errors import EncoderError, ModelMissing
from embedding_service.encoder.hub_cache import cached_snapshot

DEFAULT_MODEL = "cross-encoder/ms-marco-MiniLM-L6-v2"


class PairScorer(Protocol):
    """What a loaded model does: see `CrossEncoder`."""

    def score(self, query: str, texts: Sequence[str]) -> Iterable[Scored]:
        """The scores of all texts, some of them at a time."""


class InProcessReranker:
    """Implements `Reranker`."""

    def __init__(
        self, load: Callable[[], PairScorer], timeout_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Begins to load the model, in a thread. `timeout_seconds` is what a call of `rerank` may take; it ends after
        that by one batch at most."""
        self._load = load
        self._timeout = timeout_seconds
        self._clock = clock
        self._turn = Lock()
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="cross-encoder")
        self._loading: Future[PairScorer] = self._executor.submit(load)

    def rerank(self, query: str, texts: Sequence[str]) -> list[float]:
        """See `Reranker`. Raises `RerankerTimedOut`, `RerankerRejected` if the model cannot be loaded, and what the
        bucket of models raises."""
        until = self._clock() + self._timeout
        model = self._loaded(until)
        if not self._turn.acquire(timeout=max(0.0, until - self._clock())):
            raise RerankerTimedOut(f"other queries took the {self._timeout:g} s that there are to rerank one")
        try:
            return self._scores(model, query, texts, until)
        finally:
            self._turn.release()

    def _scores(self, model: PairScorer, query: str, texts: Sequence[str], until: float) -> list[float]:
        scores: dict[int, float] = {}
        for places, found in model.score(query, texts):
            scores.update(zip(places, map(float, found), strict=True))
            if self._clock() > until and len(scores) < len(texts):
                raise RerankerTimedOut(f"{len(scores)} of {len(texts)} passages were read in {self._timeout:g} s")
        return [scores[place] for place in range(len(texts))]

    def _loaded(self, until: float) -> PairScorer:
        loading = self._loading
        try:
            return loading.result(timeout=max(0.0, until - self._clock()))
        except FutureTimeoutError as error:
            raise RerankerTimedOut("the model is still being loaded") from error
        except TransientError:
            if loading is self._loading:
                self._loading = self._executor.submit(self._load)
            raise


def load_cross_encoder(model: str, model_dir: Path | None, stored: Callable[[], Objects]) -> CrossEncoder:
    """The cross-encoder of that name from `model_dir`, or else from the folder whose path the name is, or from the
    Hugging Face hub's cache, or from the bucket that `stored` gives, where its files lie under `{model}/`.

    Raises `RerankerRejected`, and what the bucket raises.
    """
    try:
        folder = model_dir or _folder_of(model)
        if folder is not None:
            return CrossEncoder(folder)
        with from_bucket(stored(), model) as files:
            if files is None:
                raise ModelMissing("it is in no folder here, and not in the bucket of models")
            return CrossEncoder(files)
    except EncoderError as error:
        raise RerankerRejected(
            f"the model '{model}', which reranks, cannot be loaded: {error}. Put the files of a cross-encoder into the "
            f"stack's bucket of models, under '{model}/', or into a folder of this name where MODELS_DIR says"
        ) from error


def _folder_of(model: str) -> Path | None:
    return Path(model) if Path(model).is_dir() else cached_snapshot(model)
