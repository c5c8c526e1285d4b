"""The cross-encoder against BERT in plain numpy: scores, token types, cuts, and folders of other models.

That it gives the scores of sentence-transformers is tested in tests/parity.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import tokenizers

from embedding_service.encoder.cross_encoder import CrossEncoder
from embedding_service.encoder.errors import ModelMissing, ModelUnsuitable
from tests.embedding_service.numpy_bert import NumpyBert
from tests.small_model import MAX_TOKENS, write_small_cross_encoder, write_small_model

IDENTITY = "torch.nn.modules.linear.Identity"
QUERY = "harbour master"
TEXTS = ["the tide table", "x", "", "harbour master", "a text that is cut because it is too long for the model " * 3]


def scores(encoder: CrossEncoder, query: str, texts: Sequence[str]) -> list[float]:
    found = {
        place: float(score)
        for batch in encoder.score(query, texts)
        for place, score in zip(batch.places, batch.scores, strict=True)
    }
    return [found[place] for place in range(len(texts))]


def reference(folder: Path, query: str, texts: Sequence[str]) -> list[float]:
    tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS)
    bert = NumpyBert(folder)
    return [bert.score(pair.ids, pair.type_ids) for pair in tokenizer.encode_batch([(query, text) for text in texts])]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_small_cross_encoder(tmp_path / "small", activation=IDENTITY)


def test_a_pairs_score_is_what_numpy_computes(folder: Path) -> None:
    encoder = CrossEncoder(folder, precision="f32", threads=1)

    found = scores(encoder, QUERY, TEXTS)

    np.testing.assert_allclose(found, reference(folder, QUERY, TEXTS), atol=1e-3)
    assert len({round(score, 3) for score in found}) == len(TEXTS)


def test_query_and_text_are_not_the_same_to_it(folder: Path) -> None:
    encoder = CrossEncoder(folder, precision="f32", threads=1)

    assert scores(encoder, "one", ["two"]) != pytest.approx(scores(encoder, "two", ["one"]), abs=1e-3)


def test_many_texts_come_in_batches_with_the_scores_of_each_alone(folder: Path) -> None:
    encoder = CrossEncoder(folder, precision="f32", threads=1)
    texts = [f"text number {number} " * (number % 5 + 1) for number in range(60)]

    batches = list(encoder.score(QUERY, texts))

    assert len(batches) > 1
    assert sorted(place for batch in batches for place in batch.places) == list(range(60))
    np.testing.assert_allclose(
        scores(encoder, QUERY, texts), [scores(encoder, QUERY, [text])[0] for text in texts], atol=1e-4
    )


def test_no_texts_have_no_scores(folder: Path) -> None:
    assert scores(CrossEncoder(folder, threads=1), QUERY, []) == []


def test_a_model_that_names_no_function_over_its_head_has_the_sigmoid(tmp_path: Path) -> None:
    plain = write_small_cross_encoder(tmp_path / "plain", activation=IDENTITY)
    default = write_small_cross_encoder(tmp_path / "default")

    logits = np.array(scores(CrossEncoder(plain, precision="f32", threads=1), QUERY, TEXTS))
    found = scores(CrossEncoder(default, precision="f32", threads=1), QUERY, TEXTS)

    np.testing.assert_allclose(found, 1 / (1 + np.exp(-logits)), atol=1e-4)


def test_the_tokenizers_limit_holds_if_it_is_lower_than_the_models(folder: Path) -> None:
    (folder / "tokenizer_config.json").write_text(json.dumps({"model_max_length": 32}))

    encoder = CrossEncoder(folder, precision="f32", threads=1)

    assert encoder.max_tokens == 32
    # What stands beyond the limit is not read.
    assert scores(encoder, "q", ["ab " * 20]) == pytest.approx(scores(encoder, "q", ["ab " * 20 + "zzz"]), abs=1e-6)


def test_an_embedding_model_is_refused_in_words(tmp_path: Path) -> None:
    folder = write_small_model(tmp_path / "embedding")

    with pytest.raises(ModelUnsuitable, match=r"embedding is no cross-encoder.*Pooling"):
        CrossEncoder(folder, threads=1)


def test_bert_without_a_head_is_refused_in_words(tmp_path: Path) -> None:
    folder = write_small_cross_encoder(tmp_path / "bert", labels=0)

    with pytest.raises(ModelUnsuitable, match=r"bert is no cross-encoder: it has no tensor classifier\.weight"):
        CrossEncoder(folder, threads=1)


def test_a_classifier_of_several_classes_is_refused(tmp_path: Path) -> None:
    folder = write_small_cross_encoder(tmp_path / "classes", labels=3)

    with pytest.raises(ModelUnsuitable, match="3 classes"):
        CrossEncoder(folder, threads=1)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"model_type": "xlm-roberta"}, "model_type 'xlm-roberta'"),
        ({"sentence_transformers": {"activation_fn": "torch.nn.modules.activation.Tanh"}}, "Tanh"),
        ({"max_position_embeddings": None}, "how many tokens"),
    ],
)
def test_a_model_of_another_kind_is_refused(folder: Path, change: dict[str, object], named: str) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))

    with pytest.raises(ModelUnsuitable, match=named):
        CrossEncoder(folder, threads=1)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_file_that_is_missing_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()

    with pytest.raises(ModelMissing, match=name):
        CrossEncoder(folder, threads=1)
