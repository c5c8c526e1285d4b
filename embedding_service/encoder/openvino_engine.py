"""Runs a BERT model with OpenVINO. The graph is built here from the model's weights: no torch, no export step."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Literal, cast

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from openvino import opset13 as op
from safetensors import safe_open

from embedding_service.encoder.batches import padded_length
from embedding_service.encoder.engine import Vectors
from embedding_service.encoder.errors import ModelUnsuitable
from embedding_service.encoder.models import ModelSpec, model_file

Precision = Literal["auto", "f32"]

# OpenVINO keeps compiled kernels for every shape of batch it met, 5000 by default: hundreds of megabytes in a service
# that meets many shapes. 128 cost no measurable speed.
KERNELS_KEPT = 128


def available_cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class OpenVinoEngine:
    """A BERT model on the CPU, with pooling and normalisation in its graph."""

    def __init__(
        self,
        spec: ModelSpec,
        folder: Path,
        precision: Precision = "auto",
        threads: int | None = None,
        streams: int | None = None,
    ) -> None:
        """Loads and compiles the model.

        `threads` is how many cores it uses (default: all that the process may use), `streams` how many batches run at
        the same time on them (default: one a core, the best throughput; 1 takes less memory and is the quickest for a
        single text). `precision` `auto` is bf16 where the CPU computes in it, else f32.

        Raises `ModelMissing` or `ModelUnsuitable`.
        """
        self._streams = streams or threads or available_cores()
        core = ov.Core()
        has_bf16 = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        self._precision = "bf16" if precision == "auto" and has_bf16 else "f32"
        self._model = core.compile_model(
            build_bert(spec, folder),
            "CPU",
            {
                "INFERENCE_PRECISION_HINT": self._precision,
                "INFERENCE_NUM_THREADS": threads or available_cores(),
                "NUM_STREAMS": self._streams,
                # Two pinned processes would share the first cores and leave the others idle.
                "ENABLE_CPU_PINNING": False,
                "CPU_RUNTIME_CACHE_CAPACITY": KERNELS_KEPT,
            },
        )
        self._idle_requests: SimpleQueue[Any] = SimpleQueue()
        for _ in range(self._streams):
            self._idle_requests.put(self._model.create_infer_request())

    @property
    def precision(self) -> str:
        """`bf16` or `f32`."""
        return self._precision

    @property
    def streams(self) -> int:
        """How many batches it runs at the same time."""
        return self._streams

    def run(self, token_ids: Sequence[Sequence[int]]) -> Vectors:
        """The vectors of the texts with these token ids (none empty), in their order. Thread-safe."""
        ids, mask = _pad(token_ids)
        request = self._idle_requests.get()
        try:
            request.infer({0: ids, 1: mask}, share_inputs=True)
            # The request's own memory is overwritten by its next batch.
            return Vectors(*(np.array(request.get_output_tensor(output).data) for output in (0, 1)))
        finally:
            self._idle_requests.put(request)


def _pad(token_ids: Sequence[Sequence[int]]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Ids and attention mask of a batch, each (texts, length). What stands under a 0 of the mask has no effect."""
    shape = (len(token_ids), padded_length(max(map(len, token_ids))))
    ids, mask = np.zeros(shape, np.int32), np.zeros(shape, np.int32)
    for row, text in enumerate(token_ids):
        ids[row, : len(text)] = text
        mask[row, : len(text)] = 1
    return ids, mask


def build_bert(spec: ModelSpec, folder: Path) -> ov.Model:
    """The graph of a BERT model: from ids and mask, each (texts, length) int32, to the pooled vectors and the same with
    length 1, each (texts, dimension) float32.

    Raises `ModelMissing` or `ModelUnsuitable`.
    """
    config = json.loads(model_file(folder, "config.json").read_text())
    _check(spec, config)
    weights = _Weights(model_file(folder, "model.safetensors"))
    hidden, heads, epsilon = config["hidden_size"], config["num_attention_heads"], config["layer_norm_eps"]

    ids = op.parameter([-1, -1], np.int32, "input_ids")
    mask = op.parameter([-1, -1], np.int32, "attention_mask")
    mask_f32 = op.convert(mask, np.float32)

    def linear(x: ov.Node, name: str) -> ov.Node:
        return op.add(op.matmul(x, weights.constant(f"{name}.weight"), False, True), weights.constant(f"{name}.bias"))

    def layer_norm(x: ov.Node, name: str) -> ov.Node:
        scaled = op.multiply(op.mvn(x, [-1], True, epsilon, "inside_sqrt"), weights.constant(f"{name}.weight"))
        return op.add(scaled, weights.constant(f"{name}.bias"))

    def split_heads(x: ov.Node) -> ov.Node:
        return op.transpose(op.reshape(x, _ints(0, 0, heads, hidden // heads), True), _ints(0, 2, 1, 3))

    # Every text is of token type 0, so that type's embedding is a part of each position's.
    token_type = weights.array("embeddings.token_type_embeddings.weight")[0]
    positions = op.constant(weights.array("embeddings.position_embeddings.weight") + token_type)
    length = op.gather(op.shape_of(ids, "i32"), _ints(1), op.constant(np.int32(0)))
    words = op.gather(weights.constant("embeddings.word_embeddings.weight"), ids, op.constant(np.int32(0)))
    x = op.add(words, op.slice(positions, _ints(0), length, _ints(1), _ints(0)))
    x = layer_norm(x, "embeddings.LayerNorm")

    # 0 where the mask is 1; where it is 0, so far below every score that softmax makes it 0.
    masked = op.multiply(op.subtract(mask_f32, op.constant(np.float32(1))), op.constant(np.float32(1e9)))
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

    if spec.pooling == "cls":
        pooled = op.gather(x, op.constant(np.int32(0)), op.constant(np.int32(1)))
    else:
        weight = op.unsqueeze(mask_f32, _ints(2))
        pooled = op.divide(op.reduce_sum(op.multiply(x, weight), _ints(1)), op.reduce_sum(weight, _ints(1)))
    unit = op.normalize_l2(pooled, _ints(1), 1e-12, "max")
    return ov.Model([pooled, unit], [ids, mask], spec.name)


def _check(spec: ModelSpec, config: dict[str, Any]) -> None:
    """Raises `ModelUnsuitable` if the graph that is built here would not be this model's."""
    wanted = {
        "model_type": "bert",
        "hidden_act": "gelu",
        "position_embedding_type": "absolute",
        "hidden_size": spec.dimension,
    }
    found = {"position_embedding_type": "absolute"} | config
    for key, value in wanted.items():
        if found.get(key) != value:
            raise ModelUnsuitable(f"config.json of the model {spec.name} has {key} {found.get(key)!r}, not {value!r}")
    if config["max_position_embeddings"] < spec.max_tokens:
        raise ModelUnsuitable(
            f"config.json of the model {spec.name} has {config['max_position_embeddings']} positions, "
            f"fewer than the {spec.max_tokens} tokens that it is to read"
        )


class _Weights:
    """The tensors of a safetensors file, by name. Some checkpoints put `bert.` before every name."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = cast(Any, safe_open(path, framework="numpy"))
        self._names = set(self._file.keys())
        self._prefix = "bert." if "bert.embeddings.word_embeddings.weight" in self._names else ""

    def array(self, name: str) -> NDArray[np.float32]:
        if self._prefix + name not in self._names:
            raise ModelUnsuitable(f"{self._path} has no tensor {self._prefix + name}")
        return np.asarray(self._file.get_tensor(self._prefix + name), np.float32)

    def constant(self, name: str) -> ov.Node:
        return op.constant(self.array(name), shared_memory=True)


def _ints(*values: int) -> ov.Node:
    return op.constant(np.array(values, np.int32))
