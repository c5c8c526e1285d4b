"""int8, with the real model: near f32, and what it loses is told."""

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from embedding_service.encoder.encoder import Encoder
from embedding_service.encoder.openvino_engine import OpenVinoEngine

TEXTS = [
    "Old lighthouses were lit with oil, and somebody had to carry it up every evening.",
    "def add(a: int, b: int) -> int:\n    return a + b",
    "Wie lange dauert die Fahrt mit dem Schiff?",
    "price 12.50, stock 7, weight 0.3 kg",
]


@pytest.fixture(scope="module")
def loaded(minilm_folder: Path) -> Iterator[tuple[Encoder, list[logging.LogRecord]]]:
    records: list[logging.LogRecord] = []
    logger = logging.getLogger("embedding_service.encoder.engines")
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign]
    logger.addHandler(handler)
    with Encoder("minilm", model_dir=minilm_folder, precision="int8", threads=2) as encoder:
        logger.removeHandler(handler)
        yield encoder, records


def test_its_vectors_are_near_those_of_f32(loaded: tuple[Encoder, object], minilm_folder: Path) -> None:
    encoder, _ = loaded
    assert encoder.engine.precision == "int8"
    exact = OpenVinoEngine(encoder.spec, minilm_folder, "f32", threads=1).run(encoder.tokenize(TEXTS)).unit
    cosines = (encoder.encode(TEXTS) * exact).sum(axis=1)
    assert 0.99 <= cosines.min() < 0.9999  # above, it would not be int8


def test_its_loss_is_kept_and_logged(loaded: tuple[Encoder, list[logging.LogRecord]]) -> None:
    encoder, records = loaded
    loss = encoder.engine.int8_loss
    assert loss is not None
    assert 0.99 <= loss.worst <= loss.mean < 0.9999
    (record,) = (record for record in records if "int8" in record.getMessage())
    assert f"{loss.worst:.4f}" in record.getMessage()


def test_other_precisions_have_no_loss(encoder: Encoder) -> None:
    assert encoder.engine.int8_loss is None
    assert np.isfinite(encoder.encode(TEXTS)).all()
