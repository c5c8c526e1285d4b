"""sentence-transformers with its default `encode`. The option is `torch`, `torch-bf16` or `openvino`."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer


def load(folder: Path, option: str) -> Callable[[list[str]], NDArray[np.float32]]:
    """The model from its folder; for OpenVINO the folder has the exported graph."""
    if option == "torch":
        model = SentenceTransformer(str(folder), device="cpu")
    elif option == "torch-bf16":
        model = SentenceTransformer(str(folder), device="cpu", model_kwargs={"dtype": "bfloat16"})
    else:
        model = SentenceTransformer(
            str(folder), device="cpu", backend="openvino", model_kwargs={"file_name": "openvino/openvino_model.xml"}
        )
    return lambda texts: np.asarray(model.encode(texts), np.float32)
