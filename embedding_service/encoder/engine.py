"""What an engine is: it runs a model on a batch of token ids. The encoder and the service's queue know only this."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]


class Vectors(NamedTuple):
    """The vectors of a batch, a row a text, as the model pooled them and with each row's length made 1."""

    pooled: Matrix
    unit: Matrix


class Engine(Protocol):
    """A loaded model. `run` may be called from several threads; `streams` of them run at the same time."""

    @property
    def precision(self) -> str:
        """The type of number that it computes in: `f32` or `bf16`."""

    @property
    def streams(self) -> int:
        """How many batches it runs at the same time."""

    def run(self, token_ids: Sequence[Sequence[int]]) -> Vectors:
        """The vectors of the texts with these token ids (none empty), in their order."""
