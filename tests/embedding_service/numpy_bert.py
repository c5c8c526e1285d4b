"""BERT in plain numpy, f32, one text at a time: slow and easy to check by eye. The engine is compared with it."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

Array = NDArray[np.float32]
_erf = np.vectorize(math.erf, otypes=[np.float32])


class NumpyBert:
    """A BERT model from a folder with config.json and model.safetensors."""

    def __init__(self, folder: Path) -> None:
        self.config: dict[str, Any] = json.loads((folder / "config.json").read_text())
        self.weights = {name.removeprefix("bert."): w for name, w in load_file(folder / "model.safetensors").items()}

    def hidden_states(self, token_ids: Sequence[int], token_types: Sequence[int] | None = None) -> Array:
        """The last layer's output, (tokens, hidden). Without token types every token is of type 0."""
        w = self.weights
        x = w["embeddings.word_embeddings.weight"][list(token_ids)]
        x = x + w["embeddings.position_embeddings.weight"][: len(token_ids)]
        types = list(token_types or [0] * len(token_ids))
        x = self._norm(x + w["embeddings.token_type_embeddings.weight"][types], "embeddings.LayerNorm")
        for number in range(self.config["num_hidden_layers"]):
            layer = f"encoder.layer.{number}"
            attended = self._linear(self._attention(x, f"{layer}.attention.self"), f"{layer}.attention.output.dense")
            x = self._norm(x + attended, f"{layer}.attention.output.LayerNorm")
            inner = self._linear(x, f"{layer}.intermediate.dense")
            inner = inner * 0.5 * (1 + _erf(inner / math.sqrt(2)))
            x = self._norm(x + self._linear(inner, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
        return x

    def embed(self, token_ids: Sequence[int], pooling: str) -> Array:
        """The pooled vector, (hidden,), as the model gives it: its length is not made 1."""
        states = self.hidden_states(token_ids)
        pooled: Array = states[0] if pooling == "cls" else states.mean(axis=0)
        return pooled

    def score(self, token_ids: Sequence[int], token_types: Sequence[int]) -> float:
        """What the head of a cross-encoder gives a pair."""
        first = self.hidden_states(token_ids, token_types)[:1]
        pooled = np.tanh(self._linear(first, "pooler.dense"))
        return float(self._linear(pooled, "classifier")[0, 0])

    def _attention(self, x: Array, name: str) -> Array:
        heads = self.config["num_attention_heads"]
        query, key, value = (
            np.stack(np.split(self._linear(x, f"{name}.{part}"), heads, axis=1)) for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / math.sqrt(query.shape[2])
        scores = np.exp(scores - scores.max(axis=2, keepdims=True))
        weights = scores / scores.sum(axis=2, keepdims=True)
        return np.concatenate(weights @ value, axis=1)

    def _linear(self, x: Array, name: str) -> Array:
        product: Array = x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]
        return product

    def _norm(self, x: Array, name: str) -> Array:
        centred = x - x.mean(axis=1, keepdims=True)
        scaled = centred / np.sqrt(centred.var(axis=1, keepdims=True) + self.config["layer_norm_eps"])
        normed: Array = scaled * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]
        return normed


def write_random_bert(folder: Path, *, hidden: int, prefix: str = "", labels: int = 0) -> None:
    """Writes a small BERT model with random weights: 2 layers, 4 heads, 100 words, 64 positions. With `labels` it has
    the head of a sequence classification, as a cross-encoder has."""
    random = np.random.default_rng(7)
    words, positions, inner, layers = 100, 64, 4 * hidden, 2
    config = {
        "model_type": "bert",
        "hidden_act": "gelu",
        "hidden_size": hidden,
        "num_attention_heads": 4,
        "num_hidden_layers": layers,
        "layer_norm_eps": 1e-12,
        "max_position_embeddings": positions,
    }
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (words, hidden),
        "embeddings.position_embeddings.weight": (positions, hidden),
        "embeddings.token_type_embeddings.weight": (2, hidden),
    }
    linears = {f"attention.self.{part}": (hidden, hidden) for part in ("query", "key", "value")} | {
        "attention.output.dense": (hidden, hidden),
        "intermediate.dense": (inner, hidden),
        "output.dense": (hidden, inner),
    }
    norms = ["embeddings.LayerNorm"]
    for layer in (f"encoder.layer.{number}" for number in range(layers)):
        shapes |= {f"{layer}.{name}.weight": shape for name, shape in linears.items()}
        shapes |= {f"{layer}.{name}.bias": shape[:1] for name, shape in linears.items()}
        norms += [f"{layer}.attention.output.LayerNorm", f"{layer}.output.LayerNorm"]
    shapes |= {f"{name}.{part}": (hidden,) for name in norms for part in ("weight", "bias")}
    if labels:
        shapes |= {"pooler.dense.weight": (hidden, hidden), "pooler.dense.bias": (hidden,)}
    shapes = {prefix + name: shape for name, shape in shapes.items()}
    if labels:
        shapes |= {"classifier.weight": (labels, hidden), "classifier.bias": (labels,)}
    weights = {name: random.normal(0, 0.3, shape).astype(np.float32) for name, shape in shapes.items()}
    (folder / "config.json").write_text(json.dumps(config))
    save_file(weights, folder / "model.safetensors")
