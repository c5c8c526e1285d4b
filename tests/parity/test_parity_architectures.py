"""Every architecture of the registry, on small random weights: the encoder's vectors are those of
sentence-transformers."""

from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from embedding_service.encoder.encoder import Encoder
from embedding_service.encoder.errors import ModelUnsuitable
from embedding_service.encoder.models import model_spec
from embedding_service.encoder.sample_texts import CHECK_TEXTS
from tests.parity.tiny_models import MAX_TOKENS, QUERY, Kind, write_tiny_model

TEXTS = ["x", *CHECK_TEXTS, "cut because it is too long " * 40]
ENGINES = {"bge": "openvino", "multilingual": "openvino"}
REGISTERED: dict[Kind, str] = {
    "bge": "large",
    "multilingual": "multilingual",
    "mpnet": "mpnet",
    "instructor": "instructor",
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[Kind, Path]:
    folders = {kind: tmp_path_factory.mktemp(kind) for kind in get_args(Kind)}
    for kind, folder in folders.items():
        write_tiny_model(kind, folder)
    return folders


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_folder_gives_the_references_vectors(folders: dict[Kind, Path], kind: Kind) -> None:
    reference = SentenceTransformer(str(folders[kind]), device="cpu")
    with Encoder(str(folders[kind]), precision="f32", threads=2) as encoder:
        assert encoder.engine.name == ENGINES.get(kind, "sentence-transformers")
        assert encoder.spec.max_tokens == MAX_TOKENS
        vectors = encoder.encode(TEXTS, truncate=True)
        np.testing.assert_allclose(vectors, reference.encode(TEXTS), atol=2e-5)
        assert abs(float(vectors[0] @ vectors[1])) < 0.999 * float(np.linalg.norm(vectors[0]) ** 2)


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_prompt_is_used_as_the_reference_uses_it(folders: dict[Kind, Path], kind: Kind) -> None:
    reference = SentenceTransformer(str(folders[kind]), device="cpu")
    with Encoder(str(folders[kind]), precision="f32", threads=1) as encoder:
        assert encoder.spec.prompt("query") == QUERY
        expected = reference.encode(["harbour master"], prompt_name="query")
        np.testing.assert_allclose(encoder.encode_query("harbour master").vector, expected[0], atol=2e-5)
        assert np.abs(expected - encoder.encode(["harbour master"])).max() > 1e-3


def test_a_batch_may_mix_texts_with_and_without_a_prompt_that_is_not_pooled(folders: dict[Kind, Path]) -> None:
    reference = SentenceTransformer(str(folders["instructor"]), device="cpu")
    with Encoder(str(folders["instructor"]), precision="f32", threads=1) as encoder:
        prompted = encoder.tokenize(["tide tables"], prompt="query")
        plain = encoder.tokenize(["blue cabinet"])
        mixed = encoder.engine.run([*plain, *prompted, *plain]).unit
    expected = [*reference.encode(["blue cabinet"]), *reference.encode(["tide tables"], prompt_name="query")]
    np.testing.assert_allclose(mixed, [*expected, expected[0]], atol=2e-5)


@pytest.mark.parametrize("kind", get_args(Kind))
def test_the_registrys_facts_fit_the_architecture(folders: dict[Kind, Path], kind: Kind) -> None:
    registered = model_spec(REGISTERED[kind])
    spec = replace(registered, dimension=24 if kind == "instructor" else 32, max_tokens=MAX_TOKENS, query_prompt=QUERY)
    reference = SentenceTransformer(str(folders[kind]), device="cpu")
    with Encoder(spec, model_dir=folders[kind], precision="f32", threads=1) as encoder:
        assert encoder.engine.name == ENGINES.get(kind, "sentence-transformers")
        np.testing.assert_allclose(encoder.encode(TEXTS, truncate=True), reference.encode(TEXTS), atol=2e-5)
    with pytest.raises(ModelUnsuitable, match="dimension"):
        Encoder(registered, model_dir=folders[kind])


@pytest.mark.parametrize("kind", ["bge", "multilingual"])
def test_either_engine_runs_a_bert_model(folders: dict[Kind, Path], kind: Kind) -> None:
    with (
        Encoder(str(folders[kind]), precision="f32", threads=2, engine="openvino") as one,
        Encoder(str(folders[kind]), precision="f32", threads=2, engine="sentence-transformers") as other,
    ):
        assert (one.engine.name, other.engine.name) == ("openvino", "sentence-transformers")
        vectors = one.encode(TEXTS, truncate=True)
        np.testing.assert_allclose(vectors, other.encode(TEXTS, truncate=True), atol=2e-5)


def test_int8_is_refused_where_it_is_not_built(folders: dict[Kind, Path]) -> None:
    with pytest.raises(ModelUnsuitable, match="int8"):
        Encoder(str(folders["mpnet"]), precision="int8")


def test_openvino_refuses_an_architecture_that_it_does_not_build(folders: dict[Kind, Path]) -> None:
    with pytest.raises(ModelUnsuitable, match="model_type 'mpnet'"):
        Encoder(str(folders["mpnet"]), engine="openvino")
