"""An engine whose runs wait until the test lets them go, and that records them."""

import threading
from collections.abc import Sequence

import numpy as np

from embedding_service.encoder.engine import Vectors

WAIT_SECONDS = 30.0
DIMENSION = 4


class GatedEngine:
    """Each text's vector is made of its first token id, so that a vector tells whose it is."""

    precision = "f32"

    def __init__(self, streams: int = 1, dimension: int = DIMENSION) -> None:
        self.streams = streams
        self.dimension = dimension
        self.gate = threading.Event()
        self.entered = threading.Event()
        self.runs: list[list[list[int]]] = []
        self.poison: int | None = None
        """A batch with a text that starts with this token id fails."""

    def run(self, token_ids: Sequence[Sequence[int]]) -> Vectors:
        self.runs.append([list(ids) for ids in token_ids])
        self.entered.set()
        assert self.gate.wait(WAIT_SECONDS)
        if any(ids[0] == self.poison for ids in token_ids):
            raise ValueError("poison")
        pooled = np.array([[ids[0]] * self.dimension for ids in token_ids], np.float32)
        return Vectors(pooled, pooled / np.linalg.norm(pooled, axis=1, keepdims=True))
