"""What an engine is: it runs a model on a batch of token ids. The encoder and the service's queue know only this."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

EngineName = Literal["auto", "openvino", "sentence-transformers"]
"""`auto` is OpenVINO for the architectures that it builds, and sentence-transformers for the others."""

Precision = Literal["auto", "f32", "int8"]
"""`auto` is bf16 where the CPU computes in it, else f32. `int8` is the fastest, and its vectors differ a little."""


class Vectors(NamedTuple):
    """The vectors of a batch, a row a text, as the model pooled them and with each row's length made 1."""

    pooled: Matrix
    unit: Matrix


@dataclass(frozen=True)
class Int8Loss:
    """How near the vectors of int8 are to those of f32, over some built-in texts: cosines, 1 is no loss."""

    worst: float
    mean: float
    texts: int


class Engine(Protocol):
    """A loaded model. `run` may be called from several threads; `streams` of them run at the same time."""

    @property
    def name(self) -> str:
        """`openvino` or `sentence-transformers`."""

    @property
    def precision(self) -> str:
        """The type of number that it computes in: `f32`, `bf16` or `int8`."""

    @property
    def int8_loss(self) -> Int8Loss | None:
        """What int8 loses, measured when the model was loaded; none if it does not compute in int8."""

    @property
    def streams(self) -> int:
        """How many batches it runs at the same time."""

    def run(self, token_ids: Sequence[Sequence[int]]) -> Vectors:
        """The vectors of the texts with these token ids (none empty), in their order."""
