"""The queue: texts of many requests wait in it, and threads take them out in batches of about equal length.

Nobody waits for a batch to fill. While the threads are busy, texts gather; the more wait, the fuller the batches.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedding_service.encoder.batches import plan_batches
from embedding_service.encoder.engine import Engine, Matrix
from embedding_service.errors import InferenceFailed, Overloaded, TooLarge

logger = logging.getLogger(__name__)

WINDOW_BATCHES = 4
"""How many batches a stream is planned ahead: the more, the better the lengths in a batch match, and the longer a text
that arrives next waits."""


class _Job:
    """A request's texts, and the future that gets their vectors."""

    def __init__(self, count: int, dimension: int, normalize: bool) -> None:
        self.vectors: Matrix = np.empty((count, dimension), np.float32)
        self.missing = count
        self.normalize = normalize
        self._loop = asyncio.get_running_loop()
        self.future: asyncio.Future[Matrix] = self._loop.create_future()

    def succeed(self) -> None:
        """Called by a worker thread."""
        self._loop.call_soon_threadsafe(self._finish, None)

    def fail(self, error: Exception) -> None:
        """Called by a worker thread."""
        self._loop.call_soon_threadsafe(self._finish, error)

    def _finish(self, error: Exception | None) -> None:
        if self.future.done():  # its client went away, or another of its batches failed
            return
        if error is None:
            self.future.set_result(self.vectors)
        else:
            self.future.set_exception(error)


@dataclass(slots=True)
class _Text:
    job: _Job
    position: int
    token_ids: Sequence[int]


class Batcher:
    """Runs the texts of all requests through an engine, on a thread for each of its streams."""

    def __init__(self, engine: Engine, dimension: int, batch_tokens: int, max_queued_tokens: int) -> None:
        """`max_queued_tokens` bounds what is accepted and not yet embedded."""
        self._engine = engine
        self._dimension = dimension
        self._batch_tokens = batch_tokens
        self._max_queued_tokens = max_queued_tokens
        self._changed = threading.Condition()
        self._waiting: deque[_Text] = deque()
        self._planned: deque[list[_Text]] = deque()
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

    @property
    def full(self) -> bool:
        """Whether not even the shortest text would be accepted."""
        return self._queued_tokens >= self._max_queued_tokens

    async def embed(self, token_ids: Sequence[Sequence[int]], *, normalize: bool) -> Matrix:
        """The vectors of the texts with these token ids (none empty), in their order.

        Cancelling the call takes the texts that still wait out of the queue.
        Raises `Overloaded`, `TooLarge` (more tokens than the queue ever holds) or `InferenceFailed`.
        """
        job = _Job(len(token_ids), self._dimension, normalize)
        self._accept([_Text(job, position, ids) for position, ids in enumerate(token_ids)])
        try:
            return await job.future
        finally:
            if job.missing:
                self._withdraw(job)

    def close(self) -> None:
        """Embeds what was accepted, then ends the threads."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _accept(self, texts: list[_Text]) -> None:
        tokens = _tokens(texts)
        if tokens > self._max_queued_tokens:
            raise TooLarge(
                f"the request has {tokens} tokens, but the queue holds {self._max_queued_tokens}: send fewer texts"
            )
        with self._changed:
            if self._closed:
                raise RuntimeError("the batcher is closed")
            if self._queued_tokens + tokens > self._max_queued_tokens:
                raise Overloaded("the model is overloaded: its queue is full")
            self._queued_tokens += tokens
            self._waiting.extend(texts)
            self._changed.notify_all()

    def _withdraw(self, job: _Job) -> None:
        with self._changed:
            withdrawn = [text for text in self._waiting if text.job is job]
            if withdrawn:
                self._waiting = deque(text for text in self._waiting if text.job is not job)
                self._queued_tokens -= _tokens(withdrawn)

    def _work(self) -> None:
        while batch := self._next_batch():
            try:
                vectors = self._engine.run([text.token_ids for text in batch])
                for row, text in enumerate(batch):
                    text.job.vectors[text.position] = (vectors.unit if text.job.normalize else vectors.pooled)[row]
            # Whatever went wrong is told to these requests; the thread lives on for the others.
            except Exception:
                logger.exception("a batch failed", extra={"fields": {"texts": len(batch)}})
                for text in batch:
                    text.job.fail(InferenceFailed("the model failed on this request"))
            for job in self._finish(batch):
                job.succeed()

    def _next_batch(self) -> list[_Text] | None:
        """Waits for work. None when there is none and never will be."""
        with self._changed:
            self._changed.wait_for(lambda: self._planned or self._waiting or self._closed)
            if not self._planned:
                self._plan()
            return self._planned.popleft() if self._planned else None

    def _plan(self) -> None:
        """Divides the texts that have waited longest into batches."""
        streams = len(self._threads)
        window: list[_Text] = []
        room = WINDOW_BATCHES * streams * self._batch_tokens
        while self._waiting and (not window or room >= len(self._waiting[0].token_ids)):
            window.append(self._waiting.popleft())
            room -= len(window[-1].token_ids)
        batches = plan_batches([len(text.token_ids) for text in window], self._batch_tokens, streams)
        self._planned.extend([window[position] for position in batch] for batch in batches)

    def _finish(self, batch: list[_Text]) -> list[_Job]:
        """Gives back the batch's room in the queue. Returns the jobs that now have all their vectors."""
        complete = []
        with self._changed:
            self._queued_tokens -= _tokens(batch)
            for text in batch:
                text.job.missing -= 1
                if not text.job.missing:
                    complete.append(text.job)
        return complete


def _tokens(texts: Sequence[_Text]) -> int:
    return sum(len(text.token_ids) for text in texts)
