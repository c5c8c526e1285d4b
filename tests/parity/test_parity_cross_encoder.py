"""The cross-encoder on small random weights: its scores are those of sentence-transformers."""

from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import CrossEncoder as Reference

from embedding_service.encoder.cross_encoder import CrossEncoder
from embedding_service.encoder.sample_texts import CHECK_TEXTS
from tests.parity.tiny_models import MAX_TOKENS, write_tiny_cross_encoder

QUERIES = ["x", "who keeps the tide tables?", "a query that is cut because it is too long for the model " * 10]
TEXTS = ["x", "", *CHECK_TEXTS, "a text that is cut because it is too long for the model " * 20]


@pytest.mark.parametrize("activation", [torch.nn.Identity(), torch.nn.Sigmoid()], ids=["identity", "sigmoid"])
@pytest.mark.parametrize("as_published", [True, False])
@pytest.mark.parametrize("token_types", [True, False])
def test_pairs_have_the_references_scores(
    tmp_path: Path, activation: torch.nn.Module, as_published: bool, token_types: bool
) -> None:
    write_tiny_cross_encoder(tmp_path, activation, as_published=as_published, token_types=token_types)
    reference = Reference(str(tmp_path), device="cpu")
    encoder = CrossEncoder(tmp_path, precision="f32", threads=2)
    assert encoder.max_tokens == reference.max_seq_length == MAX_TOKENS

    for query in QUERIES:
        expected = reference.predict([(query, text) for text in TEXTS])
        scores = np.zeros(len(TEXTS), np.float32)
        for places, found in encoder.score(query, TEXTS):
            scores[places] = found
        np.testing.assert_allclose(scores, expected, atol=2e-5)
        assert np.ptp(scores) > 0.01


def test_without_a_function_that_is_named_it_is_the_references_default(tmp_path: Path) -> None:
    write_tiny_cross_encoder(tmp_path, torch.nn.Identity())
    config = tmp_path / "config.json"
    config.write_text(config.read_text().replace("sentence_transformers", "nothing"))

    expected = Reference(str(tmp_path), device="cpu").predict([("who?", "nobody")])
    (batch,) = CrossEncoder(tmp_path, precision="f32", threads=1).score("who?", ["nobody"])

    np.testing.assert_allclose(batch.scores, expected, atol=2e-5)
    assert 0 < expected[0] < 1
