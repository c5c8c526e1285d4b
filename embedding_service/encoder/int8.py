"""Runs a BERT model's products with weights in int8: quicker than bf16, at a small loss that is measured when it loads.

Weights get a scale for each output. What is multiplied by them gets one scale for the whole matrix, since the CPU is
quick at that; but some columns of BERT's stand out by a factor of a hundred, and would leave no levels for the others.
So each column is divided by a number of its own, and the weights that it meets are multiplied by the same: SmoothQuant,
https://arxiv.org/abs/2211.10438.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import openvino as ov
from openvino import opset13 as op

from embedding_service.encoder.bert_graph import build_bert, plain_matmul
from embedding_service.encoder.engine import Int8Loss, Matrix
from embedding_service.encoder.models import ModelSpec
from embedding_service.encoder.openvino_engine import OpenVinoEngine
from embedding_service.encoder.sample_texts import CALIBRATION_TEXTS, CHECK_TEXTS
from embedding_service.encoder.tokenizer import Tokenizer

SMOOTHING = 0.7
"""How much of what makes a column stand out goes over to its weights. Of 0.6 to 0.85, the one with the best cosines."""

_SMALLEST = 1e-5
"""Stands for the size of a column that was always 0."""


def load_int8(
    spec: ModelSpec, folder: Path, tokenizer: Tokenizer, threads: int | None = None, streams: int | None = None
) -> OpenVinoEngine:
    """Calibrates and loads the model, and measures its `int8_loss`.

    Raises `ModelMissing` or `ModelUnsuitable`.
    """
    ranges = _measure_ranges(spec, folder, _token_ids(tokenizer, CALIBRATION_TEXTS, spec))
    engine = OpenVinoEngine(spec, folder, "auto", threads, streams, int8_matmul=_Int8MatMul(ranges))
    exact = OpenVinoEngine(spec, folder, "f32", threads, streams=1)
    cosines = [
        float((engine.run([ids]).unit * exact.run([ids]).unit).sum())
        for ids in _token_ids(tokenizer, CHECK_TEXTS, spec)
    ]
    engine.int8_loss = Int8Loss(worst=min(cosines), mean=float(np.mean(cosines)), texts=len(cosines))
    return engine


@dataclass(frozen=True)
class _Range:
    """The least and the greatest value of each column, (inputs,)."""

    low: Matrix
    high: Matrix

    @property
    def size(self) -> Matrix:
        return np.maximum(np.maximum(self.high, -self.low), _SMALLEST)


def _measure_ranges(spec: ModelSpec, folder: Path, texts: Sequence[Sequence[int]]) -> dict[str, _Range]:
    """What the model multiplies by the weights of each name, over some texts."""
    inputs: dict[str, ov.Node] = {}

    def record(x: ov.Node, name: str, weights: Matrix) -> ov.Node:
        inputs[name] = x
        return plain_matmul(x, name, weights)

    graph = build_bert(spec, folder, record)
    rows = op.constant(np.array([0, 1], np.int32))
    outputs = [reduced for x in inputs.values() for reduced in (op.reduce_min(x, rows), op.reduce_max(x, rows))]
    model = ov.Core().compile_model(ov.Model(outputs, graph.get_parameters(), spec.name), "CPU")
    request = model.create_infer_request()
    found: list[Matrix] = []
    for ids in texts:
        # A text by itself, so that no padding is measured.
        request.infer({0: np.array([ids], np.int32), 1: np.ones((1, len(ids)), np.int32)})
        values = [np.array(request.get_output_tensor(number).data) for number in range(len(outputs))]
        found = [
            np.maximum(old, new) if number % 2 else np.minimum(old, new)
            for number, (old, new) in enumerate(zip(found or values, values, strict=True))
        ]
    return {name: _Range(found[2 * number], found[2 * number + 1]) for number, name in enumerate(inputs)}


class _Int8MatMul:
    """A `MatMul` in int8. OpenVINO computes so where both sides of a product come from a FakeQuantize."""

    def __init__(self, ranges: dict[str, _Range]) -> None:
        self._ranges = ranges
        self._quantized: dict[str, tuple[ov.Node, Matrix]] = {}

    def __call__(self, x: ov.Node, name: str, weights: Matrix) -> ov.Node:
        # Query, key and value multiply the same matrix: it is quantised once, for the first of them.
        source = x.get_name()
        if source not in self._quantized:
            self._quantized[source] = _quantize_columns(x, self._ranges[name], weights)
        quantized, scale = self._quantized[source]
        return op.matmul(quantized, _quantize_rows(weights * scale), False, True)


def _quantize_columns(x: ov.Node, found: _Range, weights: Matrix) -> tuple[ov.Node, Matrix]:
    """The matrix in 8 bits, and what each of its columns was divided by, (inputs,)."""
    weight_size = np.maximum(np.abs(weights).max(axis=0), _SMALLEST)
    scale = found.size**SMOOTHING / weight_size ** (1 - SMOOTHING)
    scale = (scale / np.exp(np.log(scale).mean())).astype(np.float32)
    low, high = float((found.low / scale).min()), float((found.high / scale).max())
    if -low < high / 4:
        # What comes from GELU is hardly ever below 0: the levels go where the values are, and 0 stays one of them.
        step = (high - low) / 255
        below = np.ceil(-low / step)
        low, high, levels = -below * step, (255 - below) * step, 256
    else:
        high = max(-low, high)
        low, levels = -high, 255
    ends = [op.constant(np.full((1, 1, 1), end, np.float32)) for end in (low, high)]
    divided = op.multiply(x, op.constant((1 / scale).reshape(1, 1, -1)))
    return op.fake_quantize(divided, *ends, *ends, levels), scale


def _quantize_rows(weights: Matrix) -> ov.Node:
    size = np.maximum(np.abs(weights).max(axis=1, keepdims=True), _SMALLEST).astype(np.float32)
    ends = [op.constant(-size), op.constant(size)]
    return op.fake_quantize(op.constant(weights), *ends, *ends, 255)


def _token_ids(tokenizer: Tokenizer, texts: Sequence[str], spec: ModelSpec) -> list[list[int]]:
    return [ids[: spec.max_tokens] for ids in tokenizer.encode_batch(texts)]
