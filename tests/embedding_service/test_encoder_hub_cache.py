"""A model that the Hugging Face hub's client downloaded before."""

from pathlib import Path

import pytest

from embedding_service.encoder.errors import ModelMissing
from embedding_service.encoder.hub_cache import cached_snapshot, hub_cache
from embedding_service.encoder.models import model_folder, model_spec

MODEL = "BAAI/bge-small-en-v1.5"


def add_snapshot(cache: Path, revision: str, *, main: bool = False) -> Path:
    model = cache / "models--BAAI--bge-small-en-v1.5"
    snapshot = model / "snapshots" / revision
    snapshot.mkdir(parents=True)
    if main:
        (model / "refs").mkdir()
        (model / "refs" / "main").write_text(revision)
    return snapshot


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    return tmp_path


def test_a_model_without_a_package_is_found_in_the_cache(cache: Path) -> None:
    snapshot = add_snapshot(cache, "abc")
    assert model_folder(model_spec("bge-small")) == snapshot


def test_of_several_revisions_the_branch_main_is_taken(cache: Path) -> None:
    add_snapshot(cache, "aaa")
    main = add_snapshot(cache, "bbb", main=True)
    assert cached_snapshot(MODEL) == main


def test_several_revisions_without_main_are_no_choice_to_make_here(cache: Path) -> None:
    add_snapshot(cache, "aaa")
    add_snapshot(cache, "bbb")
    with pytest.raises(ModelMissing, match="2 revisions"):
        cached_snapshot(MODEL)


def test_an_empty_cache_has_no_model(cache: Path) -> None:
    assert cached_snapshot(MODEL) is None


def test_the_cache_is_where_the_hubs_client_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", "/data/hub")
    monkeypatch.setenv("HF_HOME", "/data/home")
    monkeypatch.setenv("XDG_CACHE_HOME", "/data/cache")
    assert hub_cache() == Path("/data/hub")
    monkeypatch.delenv("HF_HUB_CACHE")
    assert hub_cache() == Path("/data/home/hub")
    monkeypatch.delenv("HF_HOME")
    assert hub_cache() == Path("/data/cache/huggingface/hub")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert hub_cache() == Path.home() / ".cache/huggingface/hub"
