"""fastembed with the model as a custom one. The option is its batch size."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from fastembed import TextEmbedding
from fastembed.common.model_description import ModelSource, PoolingType
from numpy.typing import NDArray

NAME = "local/minilm"


def load(folder: Path, option: str) -> Callable[[list[str]], NDArray[np.float32]]:
    """The model from its folder, which has the exported ONNX graph."""
    TextEmbedding.add_custom_model(
        model=NAME,
        pooling=PoolingType.MEAN,
        normalization=True,
        sources=ModelSource(hf=NAME),
        dim=384,
        model_file="onnx/model.onnx",
    )
    model = TextEmbedding(NAME, specific_model_path=str(folder))
    return lambda texts: np.stack(list(model.embed(texts, batch_size=int(option))))
