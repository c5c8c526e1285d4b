"""What every vector store does, the same cases for each."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from bloomweaver.errors import VectorIndexRejected
from bloomweaver.models.chunk import Hit, IndexedChunk, Metadata
from bloomweaver.vector_stores import InvalidFilter, VectorStore, VectorStoreSettings, open_vector_store
from tests.vector_stores.conftest import StartProcess
from tests.vector_stores.samples import DIMENSION, chunk, vector


def found(store: VectorStore, top_k: int = 100) -> list[str]:
    return sorted(hit.id for hit in store.query(vector(0), top_k))


def hits(store: VectorStore, near: Sequence[float], top_k: int) -> list[Hit]:
    return store.complete(store.query(near, top_k))


def test_candidates_are_completed_in_their_order_without_those_that_are_gone(store: VectorStore) -> None:
    chunks = [chunk("doc", index, text=f"text {index}") for index in range(60)]
    store.upsert(chunks)
    candidates = store.query(vector(0), 50)

    shown = store.complete(candidates)

    assert [(hit.id, hit.score) for hit in shown] == [(each.id, each.score) for each in candidates]
    assert {hit.text for hit in shown} == {f"text {int(each.id[-5:])}" for each in candidates}
    assert store.complete([]) == []


def test_a_hit_has_all_of_its_chunk(store: VectorStore) -> None:
    stored = chunk(
        "doc",
        7,
        version=12,
        text="Grüße, 世界! 'quoted' \\ \n\t\"x\" 🙂",
        title="Titel: ß",
        heading="1.2 Überschrift",
        page=3,
        metadata={"lang": "de"},
    )
    store.upsert([stored])

    [hit] = hits(store, stored.vector, 5)

    assert hit.model_dump(exclude={"score"}) == stored.model_dump(exclude={"vector", "keywords", "folder"})
    assert hit.score == pytest.approx(1, abs=1e-6)


def test_what_a_chunk_does_not_have_a_hit_does_not_have(store: VectorStore) -> None:
    store.upsert([chunk()])

    [hit] = hits(store, vector(0), 5)

    assert (hit.title, hit.heading, hit.page, hit.metadata) == (None, None, None, {})


def test_an_upsert_replaces_the_whole_chunk(store: VectorStore) -> None:
    store.upsert([chunk(text="old", title="old", page=1, values=vector(1), metadata={"a": 1, "b": 2})])
    store.upsert([chunk(text="new", values=vector(2), metadata={"b": 3}), chunk(index=1)])

    shown = {hit.id: hit for hit in hits(store, vector(2), 10)}

    assert sorted(shown) == [chunk().id, chunk(index=1).id]
    hit = shown[chunk().id]
    assert (hit.text, hit.title, hit.page, hit.metadata) == ("new", None, None, {"b": 3})
    assert hit.score == pytest.approx(1, abs=1e-6)
    assert store.query(vector(2), 10, {"a": {"$exists": True}}) == []


def test_hits_are_ordered_by_cosine_similarity(store: VectorStore) -> None:
    # Vectors of very different lengths: the length must not count.
    chunks = [
        chunk(index=number, values=np.multiply(vector(number), 10.0 ** (number % 5)).tolist()) for number in range(50)
    ]
    store.upsert(chunks)
    query = np.array(vector(99)) * 7

    hits = store.query(query.tolist(), 50)

    matrix = np.array([one.vector for one in chunks])
    cosines = matrix @ query / np.linalg.norm(matrix, axis=1) / np.linalg.norm(query)
    order = np.argsort(-cosines)
    assert [hit.id for hit in hits] == [chunks[row].id for row in order]
    assert [hit.score for hit in hits] == pytest.approx(cosines[order].tolist(), abs=1e-5)


def test_scores_are_within_their_bounds(store: VectorStore) -> None:
    values = vector(5)
    store.upsert([chunk(index=0, values=values), chunk(index=1, values=[-value for value in values])])

    same, opposite = store.query(values, 2)

    assert same.score == pytest.approx(1, abs=1e-6)
    assert opposite.score == pytest.approx(-1, abs=1e-6)
    assert -1 <= opposite.score <= same.score <= 1


@pytest.mark.parametrize(("top_k", "count"), [(1, 1), (3, 3), (5, 5), (100, 5), (10_000, 5)])
def test_top_k_bounds_the_hits(store: VectorStore, top_k: int, count: int) -> None:
    store.upsert([chunk(index=number) for number in range(5)])

    assert len(store.query(vector(0), top_k)) == count


def test_a_filter_comes_before_top_k(store: VectorStore) -> None:
    near = vector(1)
    store.upsert([chunk("near", number, values=near, metadata={"lang": "en"}) for number in range(20)])
    store.upsert([chunk("far", values=[-value for value in near], metadata={"lang": "de"})])

    assert [hit.doc_hash for hit in store.query(near, 3, {"lang": "de"})] == ["far"]


@pytest.mark.parametrize(
    "metadata",
    [
        {"string": "", "text": 'it\'s "quoted" \\ ; -- % _ ü 世界 🙂\n\0'},
        {"int": 1, "float": 1.0, "true": True, "false": False, "zero": 0, "negative": -5, "minus_zero": -0.0},
        {"fraction": 0.1, "large": 1.7e308, "small": 5e-324, "third": 1 / 3},
        {"int64": 2**63 - 1, "negative": -(2**63), "above_float": 2**53 + 1},
        {"list": ["a", "b", "a"], "empty": [], "one": [""]},
        {"number as text": "5", "bool as text": "true", "list as text": '["a"]'},
        # Names of the stores' own fields, and of what they reserve.
        {
            "id": "x",
            "_id": "y",
            "vector": "z",
            "embedding": "z",
            "text": 1,
            "metadata": "{}",
            "version": "9",
            "page": 2,
        },
        {"$eq": 1, "$or": "x", "_score": 3, "m_a": 1, "m_m_a": 2, "terms": ["t"], "number_keys": ["n"]},
        {"a.b": 1, "a b": 2, "a'b": 3, 'a"b': 4, "a\\b": 5, "": 6, "schlüssel": 7, "[0]": 8, "*": 9},
    ],
)
def test_metadata_comes_back_as_it_was(store: VectorStore, metadata: Metadata) -> None:
    store.upsert([chunk(metadata=metadata)])

    [hit] = hits(store, vector(0), 1)

    assert hit.metadata == metadata
    assert {key: type(value) for key, value in hit.metadata.items()} == {
        key: type(value) for key, value in metadata.items()
    }


def test_a_thousand_chunks_in_one_call(store: VectorStore) -> None:
    chunks = [chunk("large", number) for number in range(1_000)]
    store.upsert(chunks)

    assert store.ids("large") == [one.id for one in chunks]
    assert len(store.query(vector(0), 10_000)) == 1_000
    assert store.query(chunks[617].vector, 1)[0].id == chunks[617].id

    store.delete([one.id for one in chunks[1:]])

    assert store.ids("large") == [chunks[0].id]


def test_more_chunks_than_one_request_takes(store: VectorStore) -> None:
    chunks = [chunk("large", number) for number in range(2_100)]
    store.upsert(chunks)

    assert store.ids("large") == [one.id for one in chunks]

    store.delete([one.id for one in chunks])

    assert store.ids("large") == []


def test_ids_are_those_of_the_document_sorted(store: VectorStore) -> None:
    store.upsert(
        [
            chunk("doc", 10, version=2),
            chunk("doc", 9, version=2),
            chunk("doc", 0, version=1),
            chunk("doc-1"),
            chunk("doc_1"),
            chunk("do"),
            chunk("docs"),
            chunk("DOC"),
        ]
    )

    assert store.ids("doc") == ["doc#v000001-00000", "doc#v000002-00009", "doc#v000002-00010"]
    assert store.ids("do") == ["do#v000001-00000"]
    assert store.ids("d") == []


def test_a_deleted_chunk_is_not_found(store: VectorStore) -> None:
    chunks = [chunk(index=number) for number in range(3)]
    store.upsert(chunks)

    store.delete([chunks[1].id])

    assert found(store) == [chunks[0].id, chunks[2].id]
    assert store.ids("doc") == [chunks[0].id, chunks[2].id]
    assert store.query(chunks[1].vector, 1)[0].id != chunks[1].id


def test_a_deleted_chunk_can_come_back(store: VectorStore) -> None:
    store.upsert([chunk(text="old")])
    store.delete([chunk().id])
    store.upsert([chunk(text="new")])

    assert [hit.text for hit in hits(store, vector(0), 5)] == ["new"]


def test_deleting_what_is_not_there_does_nothing(store: VectorStore) -> None:
    store.delete(["doc#v000001-00000"])
    store.upsert([chunk()])
    store.delete(["doc#v000001-00001", "other#v000001-00000", "it's"])
    store.delete([])

    assert found(store) == [chunk().id]


def test_an_empty_index_has_no_hits(store: VectorStore) -> None:
    assert store.query(vector(0), 10) == []
    assert store.query(vector(0), 10, {"a": {"$ne": 1}}) == []
    assert store.ids("doc") == []


def test_an_upsert_of_nothing_does_nothing(store: VectorStore) -> None:
    store.upsert([])

    assert found(store) == []


def test_creating_twice_keeps_what_is_stored(settings: VectorStoreSettings, store: VectorStore) -> None:
    store.upsert([chunk()])

    store.create()
    open_vector_store(settings).create()

    assert found(store) == [chunk().id]


def test_a_dropped_index_is_gone_and_can_be_made_anew(settings: VectorStoreSettings, store: VectorStore) -> None:
    store.upsert([chunk()])

    assert store.exists()
    store.drop()
    store.drop()
    assert not store.exists()

    with pytest.raises(VectorIndexRejected):
        open_vector_store(settings).upsert([chunk()])
    again = open_vector_store(settings)
    again.create()
    assert found(again) == []


def test_an_index_of_another_dimension_is_refused(settings: VectorStoreSettings, store: VectorStore) -> None:
    store.upsert([chunk()])
    other = open_vector_store(replace(settings, dimension=DIMENSION + 1))

    with pytest.raises(VectorIndexRejected, match=str(DIMENSION + 1)):
        other.create()

    assert found(store) == [chunk().id]


def pages(store: VectorStore, limit: int, cursor: str | None = None) -> list[list[str]]:
    """The ids of the whole index from `cursor` on, a page at a time."""
    page = store.page_of_ids(limit, cursor)
    found = [page.ids]
    while page.cursor is not None:
        page = store.page_of_ids(limit, page.cursor)
        found.append(page.ids)
    return found


@pytest.mark.parametrize("limit", [1, 3, 7, 8, 1_000])
def test_the_pages_hold_every_id_once_and_sorted(store: VectorStore, limit: int) -> None:
    chunks = [chunk(name) for name in ("doc", "Doc", "do", "doc-1", "doc_1", "0")] + [chunk("doc", 10, version=2)]
    store.upsert(chunks[:4])
    store.upsert(chunks[4:])
    store.upsert(chunks[2:3])

    found = pages(store, limit)

    assert [id_ for page in found for id_ in page] == sorted(one.id for one in chunks)
    assert max(map(len, found)) <= limit


def test_a_page_larger_than_one_request_takes(store: VectorStore) -> None:
    chunks = [chunk("large", number) for number in range(350)]
    store.upsert(chunks)

    found = pages(store, 250)

    assert [len(page) for page in found] == [250, 100]
    assert [id_ for page in found for id_ in page] == [one.id for one in chunks]


def test_what_stays_is_in_a_page_whatever_changes_between_them(store: VectorStore) -> None:
    staying = [chunk("stays", number) for number in range(6)]
    store.upsert([*staying, chunk("goes"), chunk("stays", 7)])
    first = store.page_of_ids(3, None)

    store.delete([chunk("goes").id, chunk("stays", 7).id])
    store.upsert([chunk("a"), chunk("z")])
    rest = [id_ for page in pages(store, 3, first.cursor) for id_ in page]

    assert {one.id for one in staying} <= {*first.ids, *rest}
    assert len(rest) == len(set(rest))


def test_of_an_empty_index_there_is_one_empty_page(store: VectorStore) -> None:
    assert pages(store, 10) == [[]]


def test_existing_are_those_that_are_stored(store: VectorStore) -> None:
    chunks = [chunk("large", number) for number in range(2_100)]
    store.upsert(chunks)
    store.delete([chunks[5].id])
    asked = [*(one.id for one in chunks), "large", "nobody#v000001-00000", "it's; --"]

    assert store.existing(asked) == {one.id for one in chunks} - {chunks[5].id}
    assert store.existing([]) == set()


def test_in_an_empty_index_nothing_exists(store: VectorStore) -> None:
    assert store.existing([chunk().id]) == set()


def test_an_index_that_was_not_created_is_refused(settings: VectorStoreSettings) -> None:
    store = open_vector_store(settings)

    with pytest.raises(VectorIndexRejected):
        store.upsert([chunk()])
    with pytest.raises(VectorIndexRejected):
        store.query(vector(0), 1)
    with pytest.raises(VectorIndexRejected):
        store.ids("doc")
    with pytest.raises(VectorIndexRejected):
        store.page_of_ids(10, None)
    with pytest.raises(VectorIndexRejected):
        store.existing(["doc#v000001-00000"])
    with pytest.raises(VectorIndexRejected):
        store.delete(["doc#v000001-00000"])


def test_indexes_are_apart(settings: VectorStoreSettings, store: VectorStore) -> None:
    other = open_vector_store(replace(settings, index_name="another"))
    other.create()
    store.upsert([chunk()])
    other.upsert([chunk(index=1)])
    other.delete([chunk().id])

    assert found(store) == [chunk().id]
    assert found(other) == [chunk(index=1).id]


@pytest.mark.parametrize(
    "chunks",
    [
        [chunk(values=vector(0, DIMENSION - 1))],
        [chunk(values=vector(0, DIMENSION + 1))],
        [chunk(values=[])],
        [chunk(values=[0.0] * DIMENSION)],
        [chunk(values=[float("nan")] * DIMENSION)],
        [chunk(values=[float("inf")] * DIMENSION)],
        [chunk(index=1), chunk(), chunk()],
        [chunk(metadata={"a": float("nan")})],
        [chunk(metadata={"a": 2**63})],
        [chunk(metadata={"a": "\ud800"})],
        [chunk(text="\ud800")],
    ],
    ids=["short", "long", "empty", "zeros", "nan", "inf", "twice", "metadata nan", "65 bits", "surrogate", "text"],
)
def test_a_chunk_that_cannot_be_stored_is_refused(store: VectorStore, chunks: list[IndexedChunk]) -> None:
    with pytest.raises(VectorIndexRejected):
        store.upsert(chunks)

    assert found(store) == []


@pytest.mark.parametrize("top_k", [0, -1, 10_001])
def test_a_top_k_out_of_bounds_is_refused(store: VectorStore, top_k: int) -> None:
    with pytest.raises(VectorIndexRejected):
        store.query(vector(0), top_k)


@pytest.mark.parametrize("values", [[], vector(0, DIMENSION + 1), [0.0] * DIMENSION, [float("nan")] * DIMENSION])
def test_a_query_that_has_no_direction_is_refused(store: VectorStore, values: list[float]) -> None:
    with pytest.raises(VectorIndexRejected):
        store.query(values, 1)


def test_a_bad_filter_is_named(store: VectorStore) -> None:
    with pytest.raises(InvalidFilter) as caught:
        store.query(vector(0), 1, {"year": {"$gt": "2020"}})

    assert caught.value.key == "year"


@pytest.mark.heavy
def test_another_process_sees_a_write_at_once_and_is_seen(
    settings: VectorStoreSettings, store: VectorStore, start_process: StartProcess
) -> None:
    store.upsert([chunk("ours")])
    assert found(store) == [chunk("ours").id]

    output, _ = start_process(settings, "theirs", "1").communicate("\n", timeout=60)

    assert output.split() == ["ready", "done"]
    assert found(store) == [chunk("ours").id, chunk("theirs-0", 0).id, chunk("theirs-0", 1).id]
    assert store.ids("theirs-0") == [chunk("theirs-0", 0).id, chunk("theirs-0", 1).id]


@pytest.mark.heavy
def test_two_processes_write_at_once(
    settings: VectorStoreSettings, store: VectorStore, start_process: StartProcess
) -> None:
    processes = [start_process(settings, name, "12") for name in ("a", "b")]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    outputs = [process.communicate("\n", timeout=60)[0] for process in processes]

    assert outputs == ["done\n", "done\n"]
    kept = [f"{name}-{number}" for name in ("a", "b") for number in range(12) if number % 4 != 3]
    assert found(store) == sorted(chunk(doc_hash, index).id for doc_hash in kept for index in range(2))
