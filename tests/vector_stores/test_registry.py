"""The registry: from plain settings to a store, without importing what the store needs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bloomweaver.errors import ConfigurationError
from bloomweaver.vector_stores import VectorStoreSettings, open_vector_store
from bloomweaver.vector_stores.lance import LanceStore
from bloomweaver.vector_stores.pinecone_documents import PineconeStore
from tests.vector_stores.conftest import ROOT


def test_a_store_is_opened_by_its_name(tmp_path: Path) -> None:
    lancedb = VectorStoreSettings(vector_store="lancedb", dimension=8, lancedb_uri=str(tmp_path))
    pinecone = VectorStoreSettings(vector_store="pinecone", dimension=8, pinecone_api_key="key")

    assert isinstance(open_vector_store(lancedb), LanceStore)
    assert isinstance(open_vector_store(pinecone), PineconeStore)


def test_an_unknown_name_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match=r"'chroma'.*lancedb, pinecone"):
        open_vector_store(VectorStoreSettings(vector_store="chroma", dimension=8))


@pytest.mark.parametrize(("name", "setting"), [("lancedb", "lancedb_uri"), ("pinecone", "pinecone_api_key")])
def test_a_setting_that_is_missing_is_named(name: str, setting: str) -> None:
    with pytest.raises(ConfigurationError, match=setting):
        open_vector_store(VectorStoreSettings(vector_store=name, dimension=8))


def test_opening_a_store_imports_no_sdk(tmp_path: Path) -> None:
    program = f"""
import sys
from bloomweaver.vector_stores import VectorStoreSettings, open_vector_store
open_vector_store(VectorStoreSettings(vector_store="lancedb", dimension=8, lancedb_uri={str(tmp_path)!r}))
open_vector_store(VectorStoreSettings(vector_store="pinecone", dimension=8, pinecone_api_key="key"))
print(sorted({{"lancedb", "pyarrow", "numpy", "pinecone", "httpx"}} & set(sys.modules)))
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "functions")}
    result = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60, check=True
    )

    assert result.stdout.strip() == "[]"
