"""The real model, loaded once: loading it is the slow part."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from embedding_service.encoder.encoder import Encoder
from embedding_service.encoder.models import MODEL_DIR_VARIABLE, model_folder, model_spec
from tests.embedding_service.service_process import running_service


@pytest.fixture(autouse=True)
def _no_model_dir(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(MODEL_DIR_VARIABLE, raising=False)


@pytest.fixture(autouse=True)
def _empty_hub_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))


@pytest.fixture(scope="session")
def minilm_folder() -> Path:
    return model_folder(model_spec("minilm"))


@pytest.fixture(scope="session")
def encoder(minilm_folder: Path) -> Iterator[Encoder]:
    with Encoder("minilm", model_dir=minilm_folder, threads=2) as loaded:
        yield loaded


@pytest.fixture(scope="session")
def service_url() -> Iterator[str]:
    with running_service() as (_, url):
        yield url
