"""This project's encoder. The option is its precision."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from benchmarks.embedding.model_folder import MODEL
from embedding_service.encoder.encoder import Encoder
from embedding_service.encoder.engine import Precision


def load(folder: Path, option: str) -> Callable[[list[str]], NDArray[np.float32]]:
    """The encoder with its defaults, as the service loads it."""
    encoder = Encoder(MODEL, model_dir=folder, precision=cast(Precision, option))
    return lambda texts: encoder.encode(texts, truncate=True)
