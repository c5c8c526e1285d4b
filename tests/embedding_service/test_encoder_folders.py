"""What is read from a model's folder, and what happens where it contradicts the registry."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from embedding_service.encoder.encoder import Encoder
from embedding_service.encoder.engines import choose_engine
from embedding_service.encoder.errors import EngineMissing, ModelMissing, ModelUnsuitable, UnknownModel
from embedding_service.encoder.folder_facts import check_name, read_facts, resolve
from embedding_service.encoder.models import ModelSpec
from embedding_service.encoder.tokenizer import load_tokenizer

SPEC = ModelSpec("tiny", "test/tiny", 32, 64, "mean", normalize=True)
MODULES = {"Transformer": "", "Pooling": "1_Pooling", "Normalize": "2_Normalize"}


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(json.dumps(content))


def write_folder(folder: Path, **changes: Any) -> Path:
    """The older form of the files, as most published models have them. A change of None leaves a file out."""
    files: dict[str, Any] = {
        "config": {"model_type": "bert", "hidden_size": 32, "max_position_embeddings": 512},
        "modules": [{"path": path, "type": f"sentence_transformers.models.{kind}"} for kind, path in MODULES.items()],
        "1_Pooling/config": {"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False},
        "sentence_bert_config": {"max_seq_length": 64},
        "config_sentence_transformers": {"prompts": {"query": "", "document": ""}},
    } | changes
    for name, content in files.items():
        if content is not None:
            write(folder / f"{name}.json", content)
    return folder


def test_a_folder_that_agrees_changes_nothing(tmp_path: Path) -> None:
    assert resolve(SPEC, write_folder(tmp_path)) == (SPEC, tmp_path)


def test_what_a_folder_lacks_is_known_by_the_registry(tmp_path: Path) -> None:
    write(tmp_path / "config.json", {"model_type": "bert"})
    assert resolve(SPEC, tmp_path)[0] == SPEC


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"config": {"model_type": "bert", "hidden_size": 48}}, "dimension is 48"),
        ({"sentence_bert_config": {"max_seq_length": 32}}, "max_tokens is 32"),
        ({"1_Pooling/config": {"pooling_mode_cls_token": True}}, "pooling is 'cls'"),
        ({"modules": [{"path": "1_Pooling", "type": "x.Pooling"}]}, "normalize is False"),
    ],
)
def test_a_folder_that_contradicts_the_registry_is_refused(tmp_path: Path, changes: dict[str, Any], named: str) -> None:
    with pytest.raises(ModelUnsuitable, match=named):
        resolve(SPEC, write_folder(tmp_path, **changes))


def test_a_folder_alone_says_all_that_must_be_known(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path / "mine",
        **{
            "1_Pooling/config": {"pooling_mode": "cls", "include_prompt": False, "embedding_dimension": 32},
            "modules": [{"path": "", "type": "sentence_transformers.base.modules.transformer.Transformer"}],
            "config_sentence_transformers": {
                "prompts": {"query": "ask: ", "document": "doc: "},
                "default_prompt_name": "document",
            },
        },
    )
    spec, found = resolve(str(folder))
    assert (spec.name, found, spec.pooling, spec.normalize, spec.pool_prompt) == ("mine", folder, "cls", False, False)
    assert (spec.dimension, spec.max_tokens) == (32, 64)
    assert [spec.prompt(name) for name in ("query", "passage", None)] == ["ask: ", "doc: ", "doc: "]


def test_a_limit_that_is_not_said_is_that_of_the_positions_and_the_tokenizer(tmp_path: Path) -> None:
    write_folder(tmp_path, sentence_bert_config=None)
    assert resolve(str(tmp_path))[0].max_tokens == 512
    write(tmp_path / "tokenizer_config.json", {"model_max_length": 128})
    assert resolve(str(tmp_path))[0].max_tokens == 128
    write(tmp_path / "tokenizer_config.json", {"model_max_length": int(1e30)})
    assert resolve(str(tmp_path))[0].max_tokens == 512


def test_vectors_are_as_long_as_the_last_dense_layer_makes_them(tmp_path: Path) -> None:
    write_folder(
        tmp_path,
        modules=[{"path": "1_Pooling", "type": "x.Pooling"}, {"path": "2_Dense", "type": "x.Dense"}],
        **{"2_Dense/config": {"in_features": 32, "out_features": 8}},
    )
    assert resolve(str(tmp_path))[0].dimension == 8
    write_folder(tmp_path / "two", **{"1_Pooling/config": {"pooling_mode": ["cls", "mean"]}})
    spec = resolve(str(tmp_path / "two"))[0]
    assert (spec.dimension, spec.pooling) == (64, "several")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"modules": None}, r"how the model pools.*modules\.json"),
        ({"1_Pooling/config": None}, "how the model pools"),
        ({"1_Pooling/config": {"pooling_mode": "median"}}, "'median'"),
        ({"1_Pooling/config": {"pooling_mode_mean_tokens": False}}, "without a mode"),
        ({"config": {"model_type": "bert"}}, "how long its vectors"),
        ({"modules": {}}, "array"),
    ],
)
def test_a_folder_that_does_not_say_enough_is_refused(tmp_path: Path, changes: dict[str, Any], named: str) -> None:
    with pytest.raises(ModelUnsuitable, match=named):
        resolve(str(write_folder(tmp_path, **changes)))


def test_a_file_that_is_no_json_is_named(tmp_path: Path) -> None:
    write_folder(tmp_path)
    (tmp_path / "modules.json").write_text("{")
    with pytest.raises(ModelUnsuitable, match=r"modules\.json is not valid JSON"):
        read_facts(tmp_path)


def test_a_name_is_checked_without_loading_the_model(tmp_path: Path) -> None:
    assert [check_name(name) for name in ("large", str(tmp_path))] == ["large", str(tmp_path)]
    with pytest.raises(UnknownModel, match="path of its folder"):
        check_name(str(tmp_path / "nowhere"))


def test_a_folders_path_goes_before_the_folder_of_the_settings(minilm_folder: Path, tmp_path: Path) -> None:
    with Encoder(str(minilm_folder), model_dir=tmp_path, threads=1) as encoder:
        assert encoder.encode(["tide tables"]).shape == (1, 384)
    assert load_tokenizer(str(minilm_folder), tmp_path).encode("hello").ids == [101, 7592, 102]


def test_a_model_that_nobody_knows_has_any_name_and_a_folder(minilm_folder: Path, tmp_path: Path) -> None:
    spec, folder = resolve("ours", minilm_folder)
    assert (spec.name, spec.model_id, spec.dimension, folder) == ("ours", "ours", 384, minilm_folder)
    assert load_tokenizer("ours", minilm_folder).encode("hello").ids == [101, 7592, 102]
    assert check_name("ours", minilm_folder) == "ours"
    with pytest.raises(UnknownModel, match="ours"):
        resolve("ours")
    with pytest.raises(UnknownModel, match="ours"):
        check_name("ours")
    with pytest.raises(ModelUnsuitable, match="another model"):
        resolve("large", minilm_folder)


def test_the_architecture_decides_the_engine_and_a_setting_goes_before_it(tmp_path: Path) -> None:
    bert = write_folder(tmp_path / "bert")
    mpnet = write_folder(tmp_path / "mpnet", config={"model_type": "mpnet", "hidden_size": 32})
    assert [choose_engine(folder) for folder in (bert, mpnet)] == ["openvino", "sentence-transformers"]
    assert choose_engine(bert, "sentence-transformers") == "sentence-transformers"
    with pytest.raises(ModelMissing, match=r"config\.json"):
        choose_engine(tmp_path)


def test_a_module_that_the_graph_does_not_build_is_never_left_out(tmp_path: Path) -> None:
    kinds = {**MODULES, "Dense": "3_Dense"}
    modules = [{"path": path, "type": f"sentence_transformers.models.{kind}"} for kind, path in kinds.items()]
    folder = write_folder(tmp_path, modules=modules, **{"3_Dense/config": {"in_features": 32, "out_features": 32}})
    assert choose_engine(folder) == "sentence-transformers"
    with pytest.raises(ModelUnsuitable, match="Dense"):
        choose_engine(folder, "openvino")


def test_an_engine_that_is_not_installed_says_what_to_install(
    minilm_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(
        EngineMissing, match=r"pip install -r embedding_service/requirements-sentence-transformers\.txt"
    ):
        Encoder("minilm", model_dir=minilm_folder, engine="sentence-transformers")
