"""Which models a layer can have, and what is said of one that it cannot."""

import json
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from embedding_service.encoder.errors import ModelMissing
from embedding_service.encoder.models import MODELS, model_folder
from layers import wheels
from layers.__main__ import main as build
from layers.errors import LayerError
from layers.model import REVISIONS, WEIGHTS, copy_model
from layers.sizes import ROOM_FOR_ENCODER
from tests.template.template import REPOSITORY


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A folder with the files of a model, and hardly any weights."""
    folder = tmp_path / "small"
    shutil.copytree(model_folder(MODELS["minilm"]), folder, ignore=shutil.ignore_patterns(WEIGHTS))
    save_file({"a": np.array([0.1, -2.0], np.float32), "ids": np.arange(3)}, folder / WEIGHTS)
    return folder


def test_weights_have_half_their_bits_and_the_rest_stays(small: Path, tmp_path: Path) -> None:
    copy_model("any", small, tmp_path / "models", weights=True)
    copied = load_file(tmp_path / "models" / "any" / WEIGHTS)
    assert copied["a"].dtype == np.float16
    assert np.allclose(copied["a"], [0.1, -2.0], rtol=2**-11)
    assert copied["ids"].tolist() == [0, 1, 2]


def test_without_weights_there_is_what_a_tokenizer_needs(small: Path, tmp_path: Path) -> None:
    copy_model("any", small, tmp_path / "models", weights=False)
    names = {path.name for path in (tmp_path / "models" / "any").iterdir()}
    assert names >= {"config.json", "tokenizer.json"}
    assert WEIGHTS not in names


def test_a_weight_that_16_bits_do_not_hold_is_refused(small: Path, tmp_path: Path) -> None:
    save_file({"large": np.array([1e6], np.float32)}, small / WEIGHTS)
    with pytest.raises(LayerError, match="large"):
        copy_model("any", small, tmp_path / "models", weights=True)


def test_a_model_of_another_architecture_is_refused(small: Path, tmp_path: Path) -> None:
    (small / "config.json").write_text(json.dumps({"model_type": "mpnet"}))
    with pytest.raises(LayerError, match="OpenVINO"):
        copy_model("any", small, tmp_path / "models", weights=True)


@pytest.mark.parametrize(("name", "error"), [("no-such", LayerError), ("a/b", LayerError), ("mpnet", ModelMissing)])
def test_a_model_that_is_not_to_be_had_is_named(name: str, error: type[Exception], tmp_path: Path) -> None:
    with pytest.raises(error, match=name):
        copy_model(name, None, tmp_path, weights=True)


def test_a_layer_that_lambda_would_refuse_is_not_built(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def install(folder: Path, *_: object) -> None:
        folder.mkdir(parents=True)
        with (folder / "large.so").open("wb") as file:
            file.truncate(ROOM_FOR_ENCODER)

    monkeypatch.setattr(wheels, "install", install)
    monkeypatch.setenv("ENCODER_MODEL", "ours")
    monkeypatch.setenv("ENCODER_MODEL_FOLDER", str(small))
    monkeypatch.setattr(sys, "argv", ["layers", "EncoderLayer", str(tmp_path / "layer")])
    assert build() == 1
    said = capsys.readouterr().err
    assert "EncoderLayer cannot be built: with the model ours" in said
    assert "choose a smaller model" in said


def test_what_is_fetched_is_what_the_image_has() -> None:
    dockerfile = (REPOSITORY / "embedding_service" / "Dockerfile").read_text()
    downloads = dict(re.findall(r"hf download (\S+) --revision (\S+)", dockerfile))
    assert {MODELS[name].model_id: revision for name, revision in REVISIONS.items()} == downloads
