"""The two stores under test: LanceDB in a directory of the test, Pinecone's SDK against the stub."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from bloomweaver.vector_stores import VectorStore, VectorStoreSettings, open_vector_store
from tests.pinecone_stub import DEFAULT_API_KEY, PineconeStub
from tests.vector_stores.samples import DIMENSION

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def stub_server() -> Iterator[PineconeStub]:
    with PineconeStub() as stub:
        yield stub


@pytest.fixture
def stub(stub_server: PineconeStub) -> Iterator[PineconeStub]:
    """The stub, empty and without faults."""
    yield stub_server
    stub_server.reset()


@pytest.fixture
def lancedb_settings(tmp_path: Path) -> VectorStoreSettings:
    return VectorStoreSettings(vector_store="lancedb", dimension=DIMENSION, lancedb_uri=str(tmp_path / "lancedb"))


@pytest.fixture
def pinecone_settings(stub: PineconeStub) -> VectorStoreSettings:
    return VectorStoreSettings(
        vector_store="pinecone",
        dimension=DIMENSION,
        pinecone_api_key=DEFAULT_API_KEY,
        pinecone_host=stub.url,
        pinecone_namespace="tests",
        timeout_seconds=5.0,
    )


@pytest.fixture(params=["lancedb", "pinecone"])
def settings(request: pytest.FixtureRequest) -> VectorStoreSettings:
    """Each store in turn."""
    found: VectorStoreSettings = request.getfixturevalue(f"{request.param}_settings")
    return found


@pytest.fixture
def store(settings: VectorStoreSettings) -> VectorStore:
    """Each store in turn, created and empty."""
    opened = open_vector_store(settings)
    opened.create()
    return opened


StartProcess = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start_process() -> Iterator[StartProcess]:
    """Start `writer_process` with the store's settings; what still runs when the test ends is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(settings: VectorStoreSettings, *arguments: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.vector_stores.writer_process", json.dumps(asdict(settings)), *arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'functions'}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
