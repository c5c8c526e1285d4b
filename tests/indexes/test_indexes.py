"""Index cards, places in several indexes, and search over all of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from bloomweaver import keys
from bloomweaver.documents import lifecycle
from bloomweaver.errors import (
    IndexInUse,
    IndexUnusable,
    ModelUnavailable,
    StorageUnavailable,
    Superseded,
    UnknownIndex,
    VectorIndexRejected,
)
from bloomweaver.indexes.cards import admit
from bloomweaver.models.chunk import Hit, IndexedChunk
from bloomweaver.models.index_card import IndexCard, IndexState
from bloomweaver.models.record import Branch, DocumentRecord, Operation, Outcome, StaleVersion, Status
from bloomweaver.ports import EncodedQuery
from bloomweaver.recovery import mending
from bloomweaver.reindexing.dropping import delete_index
from bloomweaver.search.answer import Part
from bloomweaver.search.request import Mode, SearchRequest
from bloomweaver.search.search import Search
from bloomweaver.vector_stores.base import Filter, IdPage, VectorStore
from tests.fakes import (
    INDEX,
    MODEL,
    SETTINGS,
    MemoryEpochs,
    MemoryIndexes,
    MemoryRecords,
    MemoryStandings,
    MemoryVectors,
    memory_stores,
)
from tests.recovery.dead_letters import NOW, published, removal

OTHER = "other"
OTHER_MODEL = SETTINGS.model_copy(update={"model": "other"})
WRITTEN = {branch: lifecycle.BranchResult(outcome=Outcome.WRITTEN) for branch in Branch}


def card(name: str = INDEX, state: IndexState = IndexState.LIVE, **settings: object) -> IndexCard:
    chosen = SETTINGS.model_copy(update=settings)
    return IndexCard(index_name=name, settings=chosen, state=state, created_at=NOW)


def served(doc_hash: str = "doc", version: int = 3, index: str = INDEX, **changes: object) -> DocumentRecord:
    """A document that is served from `index`."""
    values = {"doc_hash": doc_hash, "version": version, "indexed_version": version, "index": index}
    whole = published(Outcome.WRITTEN, Outcome.WRITTEN, status=Status.INDEXED, error=None)
    return whole.model_copy(update={**values, **changes})


# Cards ---------------------------------------------------------------------------------------------------------------


def test_the_first_run_writes_the_card_and_later_ones_read_it() -> None:
    indexes = MemoryIndexes()
    admit(indexes, INDEX, SETTINGS, lambda: NOW)
    assert indexes.cards == {INDEX: card()}
    admit(indexes, INDEX, SETTINGS, lambda: "later")
    assert indexes.cards == {INDEX: card()}


def test_an_index_that_is_not_there_gets_no_card_and_search_does_not_ask_it() -> None:
    class Missing(MemoryVectors):
        def page_of_ids(self, limit: int, cursor: str | None) -> IdPage:
            raise VectorIndexRejected("no such index")

    indexes = MemoryIndexes()
    with pytest.raises(VectorIndexRejected):
        admit(indexes, INDEX, SETTINGS, lambda: NOW, memory_stores(Missing(), indexes))
    assert indexes.cards == {}


@pytest.mark.parametrize(
    "changed",
    [
        {"model": "bge-small"},
        {"dimension": 3},
        {"chunk_max_tokens": 128},
        {"extractor_version": 2},
        {"analyser_version": 2},
    ],
)
def test_chunks_of_other_settings_are_refused_with_what_to_do(changed: dict[str, object]) -> None:
    indexes = MemoryIndexes({INDEX: card()})
    with pytest.raises(IndexUnusable, match=r"at most 8 tokens with 0 of.*VectorIndexName.*bloomweaver reindex"):
        admit(indexes, INDEX, SETTINGS.model_copy(update=changed), lambda: NOW)


def test_an_index_of_before_there_were_keywords_takes_none() -> None:
    before = card().model_dump()
    del before["settings"]["analyser_version"]
    old = IndexCard.model_validate(before)
    assert (old.settings.has_keywords, SETTINGS.has_keywords) == (False, True)
    with pytest.raises(IndexUnusable, match=r"no keywords; this deployment has .*analyser 1.*bloomweaver reindex"):
        admit(MemoryIndexes({INDEX: old}), INDEX, SETTINGS, lambda: NOW)


@pytest.mark.parametrize("state", [IndexState.RETIRING, IndexState.RETIRED])
def test_an_index_that_is_given_up_takes_nothing_new(state: IndexState) -> None:
    with pytest.raises(IndexUnusable, match=str(state)):
        admit(MemoryIndexes({INDEX: card(state=state)}), INDEX, SETTINGS, lambda: NOW)


def test_only_a_retired_index_is_deleted() -> None:
    vectors = {INDEX: MemoryVectors(), OTHER: MemoryVectors()}
    indexes = MemoryIndexes({INDEX: card(), OTHER: card(OTHER, IndexState.RETIRED)})
    stores, epochs = memory_stores({**vectors}, indexes), MemoryEpochs()
    with pytest.raises(IndexInUse, match="is live"):
        delete_index(indexes, stores, epochs, INDEX)
    assert delete_index(indexes, stores, epochs, OTHER)
    assert (vectors[OTHER].dropped, vectors[INDEX].dropped, list(indexes.cards)) == (True, False, [INDEX])
    with pytest.raises(UnknownIndex):
        delete_index(indexes, stores, epochs, OTHER)


def test_an_index_that_takes_its_time_keeps_its_card_until_it_is_gone() -> None:
    vectors = MemoryVectors(goes_late=True)
    indexes = MemoryIndexes({OTHER: card(OTHER, IndexState.RETIRED)})
    stores, epochs = memory_stores({OTHER: vectors}, indexes), MemoryEpochs()
    assert not delete_index(indexes, stores, epochs, OTHER)
    assert not delete_index(indexes, stores, epochs, OTHER)
    assert list(indexes.cards) == [OTHER]
    vectors.goes_late = False
    assert delete_index(indexes, stores, epochs, OTHER)
    assert not indexes.cards


def test_the_epoch_moves_before_an_index_is_deleted() -> None:
    vectors, epochs = MemoryVectors(), MemoryEpochs(failing=True)
    indexes = MemoryIndexes({OTHER: card(OTHER, IndexState.RETIRED)})
    stores = memory_stores({OTHER: vectors}, indexes)
    with pytest.raises(StorageUnavailable):
        delete_index(indexes, stores, epochs, OTHER)
    assert not vectors.dropped
    epochs.failing = False
    assert delete_index(indexes, stores, epochs, OTHER)
    assert epochs.number == 1


# Places --------------------------------------------------------------------------------------------------------------


def test_a_publish_in_another_index_makes_the_old_place_stale() -> None:
    current = served(version=2, chunk_count=4).model_copy(
        update={"version": 3, "status": Status.PROCESSING, "stale": {"3": {OTHER: 6}}}
    )
    record, ending = lifecycle.publish(current, 3, 0, WRITTEN, "new", OTHER, NOW, 50)
    assert record is not None
    assert (record.index, record.model, record.chunk_count, record.stale) == (OTHER, "new", 6, {"2": {INDEX: 4}})
    assert ending.stale == [StaleVersion(version=2, index=INDEX, chunk_count=4)]


def test_what_an_attempt_before_a_deployment_wrote_leaves_its_index_and_the_backups_stay() -> None:
    current = served(version=2, chunk_count=4).model_copy(
        update={"version": 3, "status": Status.PROCESSING, "stale": {"3": {INDEX: 9, OTHER: 6}}}
    )
    record, ending = lifecycle.publish(current, 3, 0, WRITTEN, "new", OTHER, NOW, 50)
    own = StaleVersion(version=3, index=INDEX, chunk_count=9, first_backup=6)
    assert own in ending.stale, "its vectors go, and of its backups those that the published version does not have"
    assert record is not None
    assert record.has_leftovers
    settled, _ = lifecycle.settle(
        record, Operation.UPDATE, 3, 0, ending.stale,
        {branch: lifecycle.BranchResult(outcome=Outcome.REMOVED) for branch in Branch}, NOW, 50,
    )  # fmt: skip
    assert settled is not None
    assert (settled.stale, settled.served_version, settled.index) == ({}, 3, OTHER)


def test_a_moved_version_is_served_from_its_new_place_and_leaves_the_old_one() -> None:
    record, place = lifecycle.moved(served(chunk_count=5), 3, OTHER, NOW)
    assert record is not None
    assert (record.index, record.stale, record.served_version) == (OTHER, {"3": {INDEX: 5}}, 3)
    assert place == StaleVersion(version=3, index=INDEX, chunk_count=5, first_backup=5), "no backup is removed"
    assert lifecycle.moved(record, 3, OTHER, NOW) == (None, None)
    forgotten, _ = lifecycle.removed_from(record, [place])
    assert forgotten is not None
    assert (forgotten.stale, forgotten.has_leftovers) == ({}, False)


def test_only_what_is_served_is_moved_and_not_where_something_of_it_is_to_be_removed() -> None:
    with pytest.raises(Superseded):
        lifecycle.moved(served(), 2, OTHER, NOW)
    with pytest.raises(Superseded):
        lifecycle.moved(served(deleted_version=3), 3, OTHER, NOW)
    with pytest.raises(Superseded, match="still to be removed"):
        lifecycle.moved(served(stale={"3": {OTHER: 5}}), 3, OTHER, NOW)


def test_a_letter_never_removes_what_is_served_but_removes_it_from_another_index() -> None:
    here, there = (StaleVersion(version=3, index=index, chunk_count=5) for index in (INDEX, OTHER))
    left = mending.removable(removal(Branch.S3, here, there), served(chunk_count=5))
    assert left == [there.model_copy(update={"first_backup": 5})]


def test_a_letter_of_an_attempt_before_the_deployment_writes_no_more() -> None:
    current = served(index=OTHER)
    for fence in (mending.fence_write, mending.fence_backup):
        assert fence(current, 3, OTHER) is current
        with pytest.raises(Superseded, match="served from the index 'other'"):
            fence(current, 3, INDEX)


# Search --------------------------------------------------------------------------------------------------------------


class Constant:
    """Implements `QueryEncoder`; counts."""

    def __init__(self, windows: int = 1) -> None:
        self.windows = windows
        self.calls = 0

    def encode_query(self, text: str) -> EncodedQuery:
        self.calls += 1
        return EncodedQuery([1.0, 1.0], windows=self.windows)


@dataclass
class Hooked(MemoryVectors):
    """Something happens after the index has answered, once."""

    after: list[object] = field(default_factory=list)

    def query(
        self, vector: Sequence[float], top_k: int, filter: Filter | None = None, folder: str | None = None
    ) -> list[Hit]:
        hits = super().query(vector, top_k, filter, folder)
        if self.after:
            self.after.pop()()  # type: ignore[operator]
        return hits


class Shelf:
    """Two indexes, and documents in them."""

    def __init__(self, other_model: bool = False) -> None:
        self.records = MemoryRecords()
        self.vectors = {INDEX: Hooked(), OTHER: Hooked()}
        settings = {"model": "other"} if other_model else {"chunk_overlap_tokens": 1}
        self.indexes = MemoryIndexes({INDEX: card(), OTHER: card(OTHER, **settings)})
        self.encoder = Constant()

    def put(self, doc_hash: str, index: str, score: float, version: int = 1, *, served_from: str | None = None) -> None:
        id_ = keys.vector_id(doc_hash, version, 0)
        chunk = IndexedChunk(
            id=id_, doc_hash=doc_hash, version=version, chunk_id=keys.chunk_id(version, 0), text=doc_hash,
            vector=[score, 0.0],
        )  # fmt: skip
        self.vectors[index].upsert([chunk])
        self.records.records[doc_hash] = served(doc_hash, version, served_from or index, chunk_count=1)

    def search(self, **request: object) -> list[str]:
        stores: dict[str, VectorStore] = {**self.vectors}
        search = Search(
            MemoryStandings(self.records, MemoryEpochs()),
            memory_stores(stores, self.indexes),
            lambda _: self.encoder,
            depth=10,
            candidates_max=100,
        )
        asked = SearchRequest.model_validate({"query": "x", **request})
        return [hit.doc_hash for hit in search.run(asked).answer.results]


def test_hits_of_one_model_are_in_the_order_of_their_scores_whatever_their_index() -> None:
    shelf = Shelf()
    for doc_hash, index, score in (("a", OTHER, 0.9), ("b", INDEX, 0.8), ("c", OTHER, 0.7), ("d", INDEX, 0.1)):
        shelf.put(doc_hash, index, score)
    assert shelf.search(mode="dense") == ["a", "b", "c", "d"]
    assert (shelf.search(mode="dense", top_k=2), shelf.search(mode="dense", min_score=0.75)) == (["a", "b"], ["a", "b"])
    assert shelf.encoder.calls == 3, "once for each search"


def test_a_query_is_said_to_be_read_in_as_many_windows_as_the_model_that_needed_the_most() -> None:
    shelf = Shelf(other_model=True)
    encoders = {SETTINGS.model: Constant(windows=2), "other": Constant(windows=5)}
    stores: dict[str, VectorStore] = {**shelf.vectors}
    search = Search(
        MemoryStandings(shelf.records, MemoryEpochs()),
        memory_stores(stores, shelf.indexes),
        encoders.__getitem__,
        depth=10,
        candidates_max=100,
    )
    assert search.run(SearchRequest(query="x")).answer.query.windows == 5


def test_hits_of_two_models_are_merged_by_rank() -> None:
    shelf = Shelf(other_model=True)
    for doc_hash, index, score in (("a", INDEX, 0.3), ("b", INDEX, 0.2), ("x", OTHER, 0.9), ("y", OTHER, 0.8)):
        shelf.put(doc_hash, index, score)
    assert shelf.search() == ["a", "x", "b", "y"]
    assert shelf.encoder.calls == 2, "once for each model"


def test_a_version_that_lies_in_two_indexes_is_shown_from_the_one_that_its_record_names() -> None:
    shelf = Shelf()
    shelf.put("doc", INDEX, 0.5)
    shelf.put("doc", OTHER, 0.9, served_from=INDEX)
    assert shelf.search() == ["doc"]


def test_a_retired_index_is_not_asked() -> None:
    shelf = Shelf()
    shelf.put("doc", OTHER, 0.5)
    shelf.indexes.cards[OTHER] = card(OTHER, IndexState.RETIRED)
    assert shelf.search() == []


def test_a_document_that_moves_after_an_index_was_asked_is_found_all_the_same() -> None:
    shelf = Shelf()
    shelf.put("doc", INDEX, 0.5)
    # The other index is asked after this one, so hook the last that is asked.
    shelf.vectors[OTHER].after.append(lambda: shelf.put("doc", OTHER, 0.5, version=2))
    assert shelf.search() == ["doc"]


def test_a_document_that_moves_to_an_index_which_was_not_there_is_found_all_the_same() -> None:
    shelf = Shelf()
    later = shelf.indexes.cards.pop(OTHER)
    shelf.put("doc", INDEX, 0.5)

    def move() -> None:
        shelf.indexes.cards[OTHER] = later
        shelf.put("doc", OTHER, 0.5, version=2)

    shelf.vectors[INDEX].after.append(move)
    assert shelf.search() == ["doc"]


def test_without_the_model_of_an_index_search_says_so_and_does_not_show_less() -> None:
    shelf = Shelf(other_model=True)
    shelf.put("doc", INDEX, 0.5)

    def encoders(model: str) -> Constant:
        if model != MODEL:
            raise ModelUnavailable(model)
        return shelf.encoder

    stores: dict[str, VectorStore] = {**shelf.vectors}
    search = Search(
        MemoryStandings(shelf.records, MemoryEpochs()),
        memory_stores(stores, shelf.indexes),
        encoders,
        depth=10,
        candidates_max=100,
    )
    with pytest.raises(ModelUnavailable, match="other"):
        search.run(SearchRequest(query="x", mode=Mode.DENSE))
    found = search.run(SearchRequest(query="x")).answer
    assert [hit.doc_hash for hit in found.results] == ["doc"]
    assert "ModelUnavailable: other" in str(found.legs[Part.DENSE].missing)
