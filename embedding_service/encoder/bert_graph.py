"""Builds the graph of a BERT model from its weights with OpenVINO's operators: no torch, no export step.

Two models have BERT at their core: one that pools its states to the vector of a text, and a cross-encoder, whose head
makes a score of the first state of a pair (`cross_encoder_graph`).
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import openvino as ov
from openvino import opset13 as op
from safetensors import SafetensorError, safe_open

from embedding_service.encoder.engine import Matrix
from embedding_service.encoder.errors import ModelUnsuitable
from embedding_service.encoder.folder_facts import read_json
from embedding_service.encoder.models import ModelSpec, model_file

ARCHITECTURE = "bert"
POOLINGS = ("mean", "cls")

MatMul = Callable[[ov.Node, str, Matrix], ov.Node]
"""Multiplies (texts, length, inputs) by the weights of that name, (outputs, inputs): (texts, length, outputs)."""


def plain_matmul(x: ov.Node, name: str, weights: Matrix) -> ov.Node:
    """The product, in the precision of the whole graph."""
    return op.matmul(x, op.constant(weights, shared_memory=True), False, True)


def build_bert(spec: ModelSpec, folder: Path, matmul: MatMul = plain_matmul) -> ov.Model:
    """The graph of a BERT model: from ids and mask, each (texts, length) int32, to the pooled vectors and the same with
    length 1, each (texts, dimension) float32.

    Raises `ModelMissing` or `ModelUnsuitable`.
    """
    config: dict[str, Any] = read_json(model_file(folder, "config.json"))
    _check(spec, config)
    weights = Weights(model_file(folder, "model.safetensors"))
    ids, mask = integers("input_ids"), integers("attention_mask")
    x = hidden_states(weights, config, ids, mask, matmul=matmul)

    if spec.pooling == "cls":
        pooled = op.gather(x, op.constant(np.int32(0)), op.constant(np.int32(1)))
    else:
        weight = op.unsqueeze(op.convert(mask, np.float32), _ints(2))
        pooled = op.divide(op.reduce_sum(op.multiply(x, weight), _ints(1)), op.reduce_sum(weight, _ints(1)))
    unit = op.normalize_l2(pooled, _ints(1), 1e-12, "max")
    return ov.Model([pooled, unit], [ids, mask], spec.name)


def hidden_states(
    weights: "Weights",
    config: Mapping[str, Any],
    ids: ov.Node,
    mask: ov.Node,
    token_types: ov.Node | None = None,
    matmul: MatMul = plain_matmul,
) -> ov.Node:
    """The last layer's states, (texts, length, hidden) float32, from ids, mask and token types, each (texts, length)
    int32. Without token types every token is of type 0."""
    hidden, heads, epsilon = config["hidden_size"], config["num_attention_heads"], config["layer_norm_eps"]

    def linear(x: ov.Node, name: str) -> ov.Node:
        return op.add(matmul(x, name, weights.array(f"{name}.weight")), weights.constant(f"{name}.bias"))

    def layer_norm(x: ov.Node, name: str) -> ov.Node:
        scaled = op.multiply(op.mvn(x, [-1], True, epsilon, "inside_sqrt"), weights.constant(f"{name}.weight"))
        return op.add(scaled, weights.constant(f"{name}.bias"))

    def split_heads(x: ov.Node) -> ov.Node:
        return op.transpose(op.reshape(x, _ints(0, 0, heads, hidden // heads), True), _ints(0, 2, 1, 3))

    types = weights.array("embeddings.token_type_embeddings.weight")
    position_embeddings = weights.array("embeddings.position_embeddings.weight")
    # Where every token is of type 0, that type's embedding is a part of each position's.
    positions = op.constant(position_embeddings + types[0] if token_types is None else position_embeddings)
    length = op.gather(op.shape_of(ids, "i32"), _ints(1), op.constant(np.int32(0)))
    words = op.gather(weights.constant("embeddings.word_embeddings.weight"), ids, op.constant(np.int32(0)))
    x = op.add(words, op.slice(positions, _ints(0), length, _ints(1), _ints(0)))
    if token_types is not None:
        x = op.add(x, op.gather(op.constant(types), token_types, op.constant(np.int32(0))))
    x = layer_norm(x, "embeddings.LayerNorm")

    # 0 where the mask is 1; where it is 0, so far below every score that softmax makes it 0.
    masked = op.subtract(op.convert(mask, np.float32), op.constant(np.float32(1)))
    masked = op.multiply(masked, op.constant(np.float32(1e9)))
    masked = op.unsqueeze(masked, _ints(1, 2))
    scale = op.constant(np.float32((hidden // heads) ** -0.5))
    for layer in range(config["num_hidden_layers"]):
        name = f"encoder.layer.{layer}"
        query, key, value = (
            split_heads(linear(x, f"{name}.attention.self.{part}")) for part in ("query", "key", "value")
        )
        scores = op.add(op.multiply(op.matmul(query, key, False, True), scale), masked)
        context = op.transpose(op.matmul(op.softmax(scores, -1), value, False, False), _ints(0, 2, 1, 3))
        context = op.reshape(context, _ints(0, 0, hidden), True)
        x = layer_norm(
            op.add(linear(context, f"{name}.attention.output.dense"), x), f"{name}.attention.output.LayerNorm"
        )
        inner = op.gelu(linear(x, f"{name}.intermediate.dense"), "erf")
        x = layer_norm(op.add(linear(inner, f"{name}.output.dense"), x), f"{name}.output.LayerNorm")
    return x


def integers(name: str) -> ov.Node:
    """An input of the graph, (texts, length) int32."""
    return op.parameter([-1, -1], np.int32, name)


def _check(spec: ModelSpec, config: dict[str, Any]) -> None:
    """Raises `ModelUnsuitable` if the graph that is built here would not be this model's."""
    if spec.pooling not in POOLINGS:
        raise ModelUnsuitable(
            f"the model {spec.name} has the pooling {spec.pooling!r}, which the engine openvino does not build "
            f"(it builds {' and '.join(POOLINGS)}): set EMBEDDING_ENGINE to sentence-transformers"
        )
    check_architecture(spec.name, config, hidden_size=spec.dimension)
    if config["max_position_embeddings"] < spec.max_tokens:
        raise ModelUnsuitable(
            f"config.json of the model {spec.name} has {config['max_position_embeddings']} positions, "
            f"fewer than the {spec.max_tokens} tokens that it is to read"
        )


def check_architecture(name: str, config: Mapping[str, Any], **more: Any) -> None:
    """Raises `ModelUnsuitable` if `hidden_states` would not be those of the model with this config.json, or if it has
    not `more` besides."""
    wanted = {"model_type": ARCHITECTURE, "hidden_act": "gelu", "position_embedding_type": "absolute"} | more
    found = {"position_embedding_type": "absolute"} | dict(config)
    for key, value in wanted.items():
        if found.get(key) != value:
            raise ModelUnsuitable(f"config.json of the model {name} has {key} {found.get(key)!r}, not {value!r}")


class Weights:
    """The tensors of a safetensors file, by name. Some checkpoints put `bert.` before the names of BERT's own."""

    def __init__(self, path: Path) -> None:
        """Opens the file. Raises `ModelUnsuitable` if it is no safetensors file."""
        self._path = path
        try:
            self._file = cast(Any, safe_open(path, framework="numpy"))
        except SafetensorError as error:
            raise ModelUnsuitable(f"{path} is not a safetensors file: {error}") from error
        self._names = set(self._file.keys())
        self._prefix = "bert." if "bert.embeddings.word_embeddings.weight" in self._names else ""

    def has(self, name: str) -> bool:
        """Whether there is such a tensor."""
        return bool({name, self._prefix + name} & self._names)

    def array(self, name: str) -> Matrix:
        """The tensor in float32. Raises `ModelUnsuitable` if there is none."""
        found = name if name in self._names else self._prefix + name
        if found not in self._names:
            raise ModelUnsuitable(f"{self._path} has no tensor {found}")
        return np.asarray(self._file.get_tensor(found), np.float32)

    def constant(self, name: str) -> ov.Node:
        """The tensor as a part of a graph. Raises `ModelUnsuitable` if there is none."""
        return op.constant(self.array(name), shared_memory=True)


def _ints(*values: int) -> ov.Node:
    return op.constant(np.array(values, np.int32))
