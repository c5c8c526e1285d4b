"""A request's texts on their way through the model, and the future that gets their vectors."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from embedding_service.encoder.engine import Matrix

LaneName = Literal["short", "bulk"]
"""Where a request waits: bulk does not hold up short requests."""


class Job:
    """Made on the event loop; threads fill in the vectors."""

    def __init__(self, count: int, dimension: int, normalize: bool, lane: LaneName) -> None:
        self.vectors: Matrix = np.empty((count, dimension), np.float32)
        self.missing = count
        """How many texts have no vector yet."""
        self.normalize = normalize
        self.lane = lane
        self.error: Exception | None = None
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[Matrix] = self.loop.create_future()


@dataclass(eq=False, slots=True)
class Text:
    """A text that waits: its token ids, and its place in its request."""

    job: Job
    position: int
    token_ids: Sequence[int]


def count_tokens(texts: Iterable[Text]) -> int:
    """Of all of the texts together, without padding."""
    return sum(len(text.token_ids) for text in texts)


def resolve(jobs: Sequence[Job]) -> None:
    """Gives the jobs' futures their vectors or errors. Called by a worker thread.

    The event loop is woken once for all of them, since a batch of short texts ends many jobs.
    """
    if jobs:
        jobs[0].loop.call_soon_threadsafe(_resolve, jobs)


def _resolve(jobs: Sequence[Job]) -> None:
    for job in jobs:
        if job.future.done():  # its client went away, or another of its texts failed
            continue
        if job.error is None:
            job.future.set_result(job.vectors)
        else:
            job.future.set_exception(job.error)
