"""A change of the model and the chunking, with documents in the index and a searcher that never stops asking.

As on AWS, the deployment brings the new model and not the old one, which search finds in the bucket of models. It has a
stack of its own, since it deploys again.
"""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bloomweaver.models.record import Status
from bloomweaver.search.answer import Part
from bloomweaver.search.request import Mode
from cli.answers import Reindex
from cli.client import ApiError
from local import stack as local_stack
from local.config import StackConfig
from tests.e2e.running_stack import RunningStack, stack_config
from tests.e2e.texts import passage
from tests.e2e.waiting import wait_for
from tests.small_model import MAX_TOKENS, store_model, write_small_model

DOCUMENTS = 20
REINDEX_SECONDS = 120.0
NAMES = ("harbour", "bakery", "library", "orchard", "railway", "glacier", "theatre", "volcano", "abbey", "beacon")
TEXTS = {
    f"doc-{number}": passage(f"The {NAMES[number % 10]} of number {number} opens at dawn.", NAMES[number % 10])
    for number in range(DOCUMENTS)
}


OLD_MODEL = "small"


@pytest.fixture
def old_model(tmp_path: Path) -> Path:
    """The files of the model that the index is of at first."""
    return write_small_model(tmp_path / OLD_MODEL)


@pytest.fixture
def own_stack(tmp_path_factory: pytest.TempPathFactory, old_model: Path) -> Iterator[RunningStack]:
    """A stack that is first deployed with the old model."""
    config = replace(
        stack_config(tmp_path_factory.mktemp("reindex")),
        model=str(old_model),
        chunk_max_tokens=MAX_TOKENS,
        chunk_overlap_tokens=8,
        # By its name, as on AWS: a model that is named by its path is found wherever that path is.
        parameters={"EmbeddingModel": OLD_MODEL, "ModelDir": str(old_model)},
    )
    running = RunningStack(config, local_stack.up(config, print), "")
    try:
        yield running
    finally:
        local_stack.down(running.config, print)


class Searcher:
    """Asks for one document after the other, and notes whatever should not be."""

    def __init__(self, stack: RunningStack) -> None:
        self._stack = stack
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.asked = 0
        self.wrong: list[str] = []

    def __enter__(self) -> "Searcher":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.is_set():
            for doc_hash, text in TEXTS.items():
                self._ask(doc_hash, text.split(".")[0])

    def _ask(self, doc_hash: str, query: str) -> None:
        hits = self._stack.api.search(query, top_k=50, filter={"name": doc_hash}).results
        self.asked += 1
        versions = {(hit.doc_hash, hit.version) for hit in hits}
        if len(versions) != 1:
            self.wrong.append(f"{doc_hash}: {versions or 'not found'}")


def redeploy(stack: RunningStack, config: StackConfig) -> RunningStack:
    """Stop the stack, and deploy it with other settings on its data."""
    local_stack.down(stack.config, print)
    return RunningStack(config, local_stack.up(config, print), "")


def test_a_model_and_chunking_change_leaves_no_gap_in_search(own_stack: RunningStack, old_model: Path) -> None:
    stack = own_stack
    for doc_hash, text in TEXTS.items():
        stack.submit(doc_hash, text, metadata={"name": doc_hash})
    wait_for(lambda: len(stack.api.documents(Status.INDEXED).documents) == DOCUMENTS, 120, "all are indexed")
    for doc_hash in TEXTS:
        stack.expire_request(doc_hash)
    config = stack_config(own_stack.config.directory)
    stack = redeploy(stack, replace(config, index_name="second"))
    old = RunningStack(replace(config, model=str(old_model)), stack.descriptor, "").vectors
    own_stack.config = stack.config
    with pytest.raises(ApiError, match=f"model '{OLD_MODEL}', which cannot be loaded.*bucket of models"):
        stack.api.search("harbour", mode=Mode.DENSE)
    by_words = stack.api.search("harbour")
    assert by_words.results
    assert "cannot be loaded" in (by_words.legs[Part.DENSE].missing or "")
    assert by_words.legs[Part.KEYWORD].missing is None
    store_model(stack.client("s3"), stack.descriptor.outputs["ModelsBucketName"], old_model)

    with Searcher(stack) as searcher:
        wait_for(lambda: searcher.asked > DOCUMENTS, 60, "the searcher found all once")
        started = stack.api.reindex()
        second = stack.post("/reindex", b"")
        assert (second.status_code, started.id in second.json()["detail"]) == (409, True)
        ended = wait_for(lambda: _ended(stack, started.id), REINDEX_SECONDS, "the reindex has ended")
        before = searcher.asked
        wait_for(lambda: searcher.asked > before + DOCUMENTS, 60, "the searcher asked for all after it")

    assert searcher.wrong == []
    assert ended.status == "succeeded", ended
    assert ended.report is not None
    assert (ended.report.counts.moved, ended.report.unmoved, ended.report.retired) == (DOCUMENTS, 0, ["bloomweaver"])
    assert ended.report.counts.from_backups == 0, "their requests are gone, and their sources are not"
    documents = [stack.api.document(doc_hash) for doc_hash in TEXTS]
    assert {(document.status, document.index, document.model) for document in documents} == {
        ("indexed", "second", config.model)
    }
    for document in documents:
        stack.assert_holds_only(document)
    assert old.page_of_ids(10, None).ids == []

    listed = stack.api.indexes()
    assert {index.name: index.state for index in listed.indexes} == {"bloomweaver": "retired", "second": "live"}
    assert (listed.deployed, listed.documents) == ("second", {"second": DOCUMENTS})
    with pytest.raises(ApiError, match="is live"):
        stack.api.delete_index("second")
    assert stack.api.delete_index("bloomweaver").status == "deleted"
    assert [index.name for index in stack.api.indexes().indexes] == ["second"]


def _ended(stack: RunningStack, id_: str) -> Reindex | None:
    found = stack.api.reindexing(id_)
    return found if found.status != "running" else None
