"""A stack for each vector store, one after the other; every test runs against both unless it says which it needs."""

import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from typing import cast

import pytest

from local import stack as local_stack
from local.config import REPOSITORY, StackConfig, VectorStoreName
from tests.e2e.running_stack import RunningStack, stack_config
from tests.e2e.stub import Stub
from tests.pinecone_stub import DEFAULT_API_KEY

VECTOR_STORES: list[VectorStoreName] = ["lancedb", "pinecone"]


def pytest_configure(config: pytest.Config) -> None:
    """Name the marks."""
    config.addinivalue_line("markers", "vector_store(name): run on the stack with this vector store alone")
    config.addinivalue_line("markers", "last: run when all other tests of its stack have run, as it stops the stack")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the tests of a stack together, and leave out those that are for the other one."""
    ours = [item for item in items if isinstance(item, pytest.Function) and "stack" in item.fixturenames]
    chosen = [item for item in ours if _wanted(item)]
    chosen.sort(key=lambda item: (VECTOR_STORES.index(_store(item)), item.get_closest_marker("last") is not None))
    config.hook.pytest_deselected(items=[item for item in ours if not _wanted(item)])
    items[:] = [*(item for item in items if item not in ours), *chosen]


def _store(item: pytest.Function) -> VectorStoreName:
    return cast(VectorStoreName, item.callspec.params["stack"])


def _wanted(item: pytest.Function) -> bool:
    mark = item.get_closest_marker("vector_store")
    return mark is None or mark.args[0] == _store(item)


@pytest.fixture(scope="session", params=VECTOR_STORES)
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """A running stack with a vector store of its own, stopped at the end."""
    vector_store: VectorStoreName = request.param
    directory = tmp_path_factory.mktemp(vector_store)
    if vector_store == "lancedb":
        yield from _run(stack_config(directory, vector_store=vector_store), "")
        return
    with subprocess.Popen(
        [sys.executable, "-m", "tests.pinecone_stub", "--port", "0"], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    ) as stub:
        try:
            assert stub.stdout is not None
            url = stub.stdout.readline().strip()
            config = stack_config(
                directory,
                vector_store=vector_store,
                pinecone_host=url,
                pinecone_api_key=DEFAULT_API_KEY,
                # With all that is deployed on AWS.
                parameters={
                    "Observability": "true",
                    "Dashboard": "true",
                    "EmbeddingUrl": "",
                    "FleetImage": "bloomweaver-embedding:any",
                },
            )
            yield from _run(config, url)
        finally:
            stub.terminate()


def _run(config: StackConfig, stub_url: str) -> Iterator[RunningStack]:
    running = RunningStack(config, local_stack.up(config, print), stub_url)
    try:
        yield running
    finally:
        local_stack.down(config, print)


@pytest.fixture
def doc_hash(request: pytest.FixtureRequest) -> str:
    """The id of a document that is this test's alone."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", request.node.originalname.removeprefix("test_"))[:40]
    return f"{name}-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def stub(stack: RunningStack) -> Iterator[Stub]:
    """The index's server, which does everything right before and after the test."""
    stub = Stub(stack.stub_url)
    stub.recover()
    yield stub
    stub.recover()
