"""The OpenVINO engine against BERT in plain numpy."""

import json
from pathlib import Path

import numpy as np
import pytest

from embedding_service.encoder.encoder import Encoder
from embedding_service.encoder.errors import ModelMissing, ModelUnsuitable
from embedding_service.encoder.models import ModelSpec, Pooling, model_spec
from embedding_service.encoder.openvino_engine import OpenVinoEngine
from tests.embedding_service.numpy_bert import NumpyBert, write_random_bert

TEXTS = [
    "The cat sat on the mat.",
    "Payments are refunded within fourteen days of the order.",
    "Ein kurzer Satz, deutsch und mit Umlauten: Käse, Öl, Übung.",
    "x",
]
TINY_TEXTS = [[1, 2, 3, 4, 5], [9], list(range(40)), list(range(60, 20, -2))]


def tiny_spec(pooling: Pooling = "cls", dimension: int = 32, max_tokens: int = 64) -> ModelSpec:
    return ModelSpec("tiny", "test/tiny", dimension, max_tokens, pooling, normalize=True)


def cosines(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    result: np.ndarray = (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    return result


def test_minilm_is_what_numpy_computes(encoder: Encoder, minilm_folder: Path) -> None:
    reference = NumpyBert(minilm_folder)
    expected = np.stack([reference.embed(ids, "mean") for ids in encoder.tokenize(TEXTS)])
    assert cosines(encoder.encode(TEXTS), expected).min() >= 0.999
    exact = OpenVinoEngine(model_spec("minilm"), minilm_folder, precision="f32", threads=1)
    pooled = exact.run(encoder.tokenize(TEXTS)).pooled
    assert exact.precision == "f32"
    np.testing.assert_allclose(pooled, expected, atol=1e-3)


@pytest.mark.parametrize("pooling", ["cls", "mean"])
@pytest.mark.parametrize("prefix", ["", "bert."])
def test_pooling_and_names_of_weights(tmp_path: Path, pooling: Pooling, prefix: str) -> None:
    write_random_bert(tmp_path, hidden=32, prefix=prefix)
    engine = OpenVinoEngine(tiny_spec(pooling), tmp_path, precision="f32", threads=1)
    reference = NumpyBert(tmp_path)
    expected = np.stack([reference.embed(ids, pooling) for ids in TINY_TEXTS])
    vectors = engine.run(TINY_TEXTS)
    np.testing.assert_allclose(vectors.pooled, expected, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(vectors.unit, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-3)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"model_type": "mpnet"}, "model_type 'mpnet'"),
        ({"hidden_act": "gelu_new"}, "hidden_act 'gelu_new'"),
        ({"position_embedding_type": "relative_key"}, "position_embedding_type"),
        ({"hidden_size": 64}, "hidden_size 64"),
        ({"max_position_embeddings": 32}, "32 positions"),
    ],
)
def test_another_architecture_is_refused(tmp_path: Path, change: dict[str, object], named: str) -> None:
    write_random_bert(tmp_path, hidden=32)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | change))
    with pytest.raises(ModelUnsuitable, match=named):
        OpenVinoEngine(tiny_spec(), tmp_path, threads=1)


def test_a_pooling_that_is_not_built_is_refused(tmp_path: Path) -> None:
    write_random_bert(tmp_path, hidden=32)
    with pytest.raises(ModelUnsuitable, match=r"'max'.*EMBEDDING_ENGINE"):
        OpenVinoEngine(tiny_spec("max"), tmp_path, threads=1)


def test_a_missing_tensor_is_named(tmp_path: Path) -> None:
    write_random_bert(tmp_path, hidden=32)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 3}))
    with pytest.raises(ModelUnsuitable, match=r"encoder\.layer\.2"):
        OpenVinoEngine(tiny_spec(), tmp_path, threads=1)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    write_random_bert(tmp_path, hidden=32)
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(ModelMissing, match=r"model\.safetensors"):
        OpenVinoEngine(tiny_spec(), tmp_path, threads=1)
