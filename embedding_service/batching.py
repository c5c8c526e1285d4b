"""The queue: texts of many requests wait in it, and threads take them out in batches of about equal length.

Nobody waits for a batch to fill. While the threads are busy, texts gather; the more wait, the fuller the batches. Whose
turn it is, `lanes` says.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from embedding_service.encoder.engine import Engine, Matrix
from embedding_service.errors import InferenceFailed, Overloaded, TooLarge
from embedding_service.jobs import Job, LaneName, Text, count_tokens, resolve
from embedding_service.lanes import Batch, Lanes
from embedding_service.turns import Turns

logger = logging.getLogger(__name__)

KEPT_FOR_SHORT = 8
"""An eighth of the queue is kept for short requests, so that bulk alone cannot have them refused."""

BatchObserver = Callable[[Batch, float], None]
"""Is told each batch that has run, and the seconds that it took. Called by the worker threads."""


class Batcher:
    """Runs the texts of all requests through an engine, on a thread for each of its streams."""

    def __init__(
        self,
        engine: Engine,
        dimension: int,
        batch_tokens: int,
        max_queued_tokens: int,
        observe: BatchObserver | None = None,
    ) -> None:
        """`max_queued_tokens` bounds what is accepted and not yet embedded."""
        self._engine = engine
        self._dimension = dimension
        self._limits: dict[LaneName, int] = {
            "short": max_queued_tokens,
            "bulk": max_queued_tokens - max_queued_tokens // KEPT_FOR_SHORT,
        }
        self._observe = observe
        self._changed = threading.Condition()
        self._lanes = Lanes(batch_tokens, engine.streams)
        self._turns = Turns(engine.streams)
        self._queued_tokens = 0
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, name=f"batcher-{number}") for number in range(engine.streams)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def queued_tokens(self) -> int:
        """How many tokens are accepted and not yet embedded."""
        return self._queued_tokens

    def waiting_tokens(self, lane: LaneName) -> int:
        """How many of them are not in a running batch."""
        return self._lanes.tokens(lane)

    def full(self, tokens: int = 1) -> bool:
        """Whether the lane of a request with about so many tokens takes nothing at all for now."""
        return self._queued_tokens >= self._limits[self._lanes.lane_of(tokens)]

    def refusal(self, tokens: int) -> Overloaded:
        """Why a request with about so many tokens is not taken, and when it should come again."""
        with self._changed:
            return self._refusal(tokens, self._limits[self._lanes.lane_of(tokens)])

    def _refusal(self, tokens: int, limit: int) -> Overloaded:
        missing = max(0, self._queued_tokens + tokens - limit)
        return Overloaded("the model is overloaded: its queue is full", self._turns.promise(tokens, missing))

    async def embed(self, token_ids: Sequence[Sequence[int]], *, normalize: bool) -> Matrix:
        """The vectors of the texts with these token ids (none empty), in their order. For calls of one event loop.

        Cancelling the call takes the texts that still wait out of the queue.
        Raises `Overloaded`, `TooLarge` (more tokens than the queue ever holds) or `InferenceFailed`.
        """
        tokens = sum(map(len, token_ids))
        job = Job(len(token_ids), self._dimension, normalize, self._lanes.lane_of(tokens))
        self._accept(tokens, [Text(job, position, ids) for position, ids in enumerate(token_ids)])
        try:
            return await job.future
        finally:
            if job.missing:
                with self._changed:
                    self._queued_tokens -= self._lanes.remove(job)

    def close(self) -> None:
        """Embeds what was accepted, then ends the threads."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _accept(self, tokens: int, texts: list[Text]) -> None:
        limit = self._limits[texts[0].job.lane]
        if tokens > limit:
            raise TooLarge(f"the request has {tokens} tokens, but the queue holds {limit}: send fewer texts")
        with self._changed:
            if self._closed:
                raise RuntimeError("the batcher is closed")
            if self._queued_tokens + tokens > limit:
                raise self._refusal(tokens, limit)
            self._queued_tokens += tokens
            self._lanes.add(texts)
            # One text is work for one thread; what it leaves, it tells the next one.
            self._changed.notify()

    def _work(self) -> None:
        while batch := self._next_batch():
            started = time.perf_counter()
            self._run(batch.texts)
            seconds = time.perf_counter() - started
            if self._observe:
                self._observe(batch, seconds)
            resolve(self._finish(batch, seconds))

    def _next_batch(self) -> Batch | None:
        """Waits for work. None when there is none and never will be."""
        with self._changed:
            self._changed.wait_for(lambda: self._lanes or self._closed)
            if not self._lanes:
                return None
            batch = self._lanes.take()
            if self._lanes:
                self._changed.notify()
            return batch

    def _run(self, texts: Sequence[Text]) -> None:
        try:
            vectors = self._engine.run([text.token_ids for text in texts])
        # Whatever went wrong is told to the request that caused it; the thread lives on for the others.
        except Exception:
            logger.exception("a batch failed", extra={"fields": {"texts": len(texts), "tokens": count_tokens(texts)}})
            if len(texts) == 1:
                texts[0].job.error = InferenceFailed("the model failed on this request")
            else:
                # Each by itself: a text that the model fails on must not fail the requests that it ran with.
                for text in texts:
                    self._run([text])
            return
        for row, text in enumerate(texts):
            text.job.vectors[text.position] = (vectors.unit if text.job.normalize else vectors.pooled)[row]

    def _finish(self, batch: Batch, seconds: float) -> list[Job]:
        """Gives back the batch's room in the queue. Returns the jobs that are done: complete, or failed."""
        done: dict[Job, None] = {}
        with self._changed:
            self._turns.worked(batch.tokens, seconds)
            self._queued_tokens -= batch.tokens
            for text in batch.texts:
                text.job.missing -= 1
                if not text.job.missing or text.job.error:
                    done[text.job] = None
        return list(done)
