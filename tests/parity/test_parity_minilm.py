"""The real MiniLM on real passages: how near each precision is to sentence-transformers in fp32."""

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from benchmarks.corpus import stdlib_documents
from embedding_service.encoder.encoder import Encoder
from embedding_service.encoder.engine import EngineName, Matrix, Precision
from embedding_service.encoder.models import model_folder, model_spec

PASSAGES = 500
SHORTEST, LONGEST = 8, 300
"""Words of a passage."""


@pytest.fixture(scope="module")
def passages() -> list[str]:
    words = " ".join(document.text for document in stdlib_documents()).split(" ")
    random = np.random.default_rng(5)
    starts = random.integers(0, len(words) - LONGEST, PASSAGES)
    # Of every length, but most are short: the reference takes a second for a few long ones.
    lengths = SHORTEST + (LONGEST - SHORTEST) * random.random(PASSAGES) ** 3
    return [" ".join(words[at : at + round(length)]) for at, length in zip(starts, lengths, strict=True)]


@pytest.fixture(scope="module")
def expected(passages: list[str]) -> Matrix:
    reference = SentenceTransformer(str(model_folder(model_spec("minilm"))), device="cpu")
    vectors: Matrix = reference.encode(passages, normalize_embeddings=True)
    return vectors


@pytest.mark.parametrize(
    ("engine", "precision", "worst", "count"),
    [
        ("openvino", "auto", 0.9999, PASSAGES),
        ("openvino", "int8", 0.99, PASSAGES),
        ("openvino", "f32", 0.999999, 100),
        ("sentence-transformers", "auto", 0.9999, 100),
    ],
)
def test_no_passage_is_further_from_the_reference(
    passages: list[str], expected: Matrix, engine: EngineName, precision: Precision, worst: float, count: int
) -> None:
    with Encoder("minilm", engine=engine, precision=precision) as encoder:
        assert encoder.engine.name == engine
        cosines = (encoder.encode(passages[:count], truncate=True) * expected[:count]).sum(axis=1)
    assert len(cosines) == count
    assert cosines.min() >= worst
