"""A text with more tokens than the model reads, in windows that overlap, and one vector out of theirs.

The vector is the mean of the windows' vectors, each weighted by its tokens: all parts of the text count, and not its
start alone. It is of the same space, so that it can be compared with those of passages.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from embedding_service.encoder.engine import Matrix

OVERLAP_SHARE = 8
"""An eighth of a window is that of the one before: words at a cut are read with what stands on either side of them."""


def plan_windows(tokens: int, room: int) -> list[slice]:
    """Where the windows of a text with so many tokens begin and end: of about equal size, `room` tokens at most.

    One window for a text that fits.
    """
    if tokens <= room:
        return [slice(0, tokens)]
    overlap = room // OVERLAP_SHARE
    count = -(-(tokens - overlap) // (room - overlap))
    starts = [(tokens - overlap) * number // count for number in range(count + 1)]
    return [slice(start, following + overlap) for start, following in pairwise(starts)]


def pool(vectors: Matrix, tokens: Sequence[int], *, unit: bool) -> NDArray[np.float32]:
    """The mean of the windows' vectors, weighted by their tokens; with `unit` its length is 1."""
    mean = np.average(vectors, axis=0, weights=tokens)
    return np.asarray(mean / np.linalg.norm(mean) if unit else mean, np.float32)
