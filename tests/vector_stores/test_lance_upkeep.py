"""The indexes of a LanceDB table: when it has which, and that nothing of what is found depends on them."""

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from zlib import crc32

import lancedb
import numpy as np
import pytest

from bloomweaver.errors import VectorIndexRejected
from bloomweaver.models.chunk import IndexedChunk
from bloomweaver.vector_stores import lance_upkeep
from bloomweaver.vector_stores.lance import LanceStore
from tests.vector_stores.samples import DIMENSION, chunk, vector

FROM_ROWS = 300
ALL = {"keywords", "vector", "id", "doc_hash", "terms"}


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table is large from a few hundred rows on, and due after a few commits, and each write looks."""
    monkeypatch.setattr(lance_upkeep, "COMMITS_PER_LOOK", 1)
    monkeypatch.setattr(lance_upkeep, "INDEXED_FROM_ROWS", FROM_ROWS)
    monkeypatch.setattr(lance_upkeep, "UNINDEXED_ROWS_MAX", 100)
    monkeypatch.setattr(lance_upkeep, "COMMITS_BEFORE_OPTIMIZE", 6)
    monkeypatch.setattr(lance_upkeep, "COMMITS_BEFORE_OPTIMIZE_SMALL", 6)
    monkeypatch.setattr(lance_upkeep, "SEGMENTS_MAX", 3)


@pytest.fixture
def uri(tmp_path: Any) -> str:
    return str(tmp_path / "lancedb")


@pytest.fixture
def store(uri: str) -> LanceStore:
    opened = LanceStore(uri, "bloomweaver", DIMENSION)
    opened.create()
    return opened


def indexes(uri: str) -> dict[str, Any]:
    """The table's indexes by their column."""
    table = lancedb.connect(uri).open_table("bloomweaver")
    return {column: index for index in table.list_indices() for column in index.columns}


def chunks(count: int, name: str = "doc", dimension: int = DIMENSION) -> list[IndexedChunk]:
    """Chunks with a keyword that all have, and one that each has."""
    return [
        chunk(name, number, values=vector(crc32(f"{name}{number}".encode()), dimension), keywords=f"all {name}{number}")
        for number in range(count)
    ]


def nearest(stored: Sequence[IndexedChunk], query: Sequence[float], count: int) -> list[str]:
    matrix = np.array([one.vector for one in stored])
    cosines = matrix @ np.array(query) / np.linalg.norm(matrix, axis=1)
    return [stored[place].id for place in np.argsort(-cosines)[:count]]


def test_a_small_table_has_an_index_of_its_keywords_alone(uri: str, store: LanceStore) -> None:
    assert set(indexes(uri)) == {"keywords"}

    store.upsert(chunks(FROM_ROWS - 1))
    store.optimize()

    assert set(indexes(uri)) == {"keywords"}


def test_a_table_that_has_become_large_is_indexed_by_the_write_that_makes_it_so(uri: str, store: LanceStore) -> None:
    store.upsert(chunks(FROM_ROWS))

    found = indexes(uri)
    assert set(found) == ALL
    assert [index.num_unindexed_rows for index in found.values()] == [0] * len(ALL)


def test_few_rows_stay_outside_of_the_indexes(uri: str, store: LanceStore) -> None:
    store.upsert(chunks(FROM_ROWS))

    for number in range(12):
        store.upsert(chunks(40, f"doc-{number}"))
        assert max(index.num_unindexed_rows for index in indexes(uri).values()) < 100
    for number in range(12):
        store.upsert(chunks(1, f"one-{number}"))
    assert max(index.num_unindexed_rows for index in indexes(uri).values()) < 6


def test_the_index_of_the_vectors_has_few_parts(uri: str, store: LanceStore) -> None:
    store.upsert(chunks(FROM_ROWS))

    for number in range(12):
        store.upsert(chunks(2, f"doc-{number}"))
        store.optimize()
        assert indexes(uri)["vector"].num_segments <= 3

    assert len(store.query(vector(0), 1_000)) == FROM_ROWS + 24


@pytest.mark.parametrize("dimension", [DIMENSION, 384, 100])
def test_the_nearest_of_a_large_table_are_found(uri: str, dimension: int) -> None:
    store = LanceStore(uri, "bloomweaver", dimension)
    store.create()
    stored = chunks(1_000, dimension=dimension)
    store.upsert(stored)
    late = chunks(20, "late", dimension)
    store.upsert(late)
    assert set(indexes(uri)) == ALL

    for number in range(20):
        query = vector(number, dimension)
        assert [hit.id for hit in store.query(query, 10)] == nearest([*stored, *late], query, 10)


def test_scores_hardly_depend_on_what_is_indexed(store: LanceStore) -> None:
    words = ["wind", "wave", "sand", "tables"]
    store.upsert([chunk("old", place, keywords=f"harbour {words[place % 4]}") for place in range(60)])
    store.optimize()
    store.upsert([chunk("new", place, keywords=f"harbour {words[place % 4]}") for place in range(30)])

    before = {hit.id: hit.score for hit in store.query_keywords(["wind"], 100)}
    store.optimize()
    after = {hit.id: hit.score for hit in store.query_keywords(["wind"], 100)}

    assert len(before) == 15 + 8
    assert before == pytest.approx(after, rel=0.1)
    assert max(before.values()) < 1.1 * min(before.values())


@pytest.mark.parametrize("seed", range(2))
def test_nothing_depends_on_the_indexes(
    uri: str, store: LanceStore, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Writes, replacements, deletions and compactions in any order, by two that have the table open."""
    monkeypatch.setattr(lance_upkeep, "OLD_VERSION_LIFETIME", timedelta(milliseconds=1))
    chance = random.Random(seed)
    stores = [store, LanceStore(uri, "bloomweaver", DIMENSION)]
    stored: dict[str, IndexedChunk] = {}

    def some(most: int) -> list[str]:
        return chance.sample(sorted(stored), min(len(stored), most))

    def made(doc_hash: str, index: int) -> IndexedChunk:
        word, number = f"w{chance.randrange(10**9)}", chance.randrange(10)
        values = vector(chance.randrange(10**9))
        return chunk(doc_hash, index, values=values, keywords=f"all {word}", metadata={"n": number, "w": word})

    for step in range(30):
        writer, reader = chance.sample(stores, 2)
        match chance.choice(["write", "write", "replace", "delete", "optimize"]):
            case "write":
                written = [made(f"doc-{step}", index) for index in range(chance.choice([1, 10, 60]))]
                writer.upsert(written)
                stored |= {one.id: one for one in written}
            case "replace" if stored:
                written = [made(stored[id_].doc_hash, int(id_[-5:])) for id_ in some(20)]
                writer.upsert([*written, one := made(f"new-{step}", 0)])
                stored |= {each.id: each for each in [*written, one]}
            case "delete":
                gone = some(chance.choice([1, 30]))
                writer.delete(gone)
                stored = {id_: one for id_, one in stored.items() if id_ not in gone}
            case _:
                writer.optimize()

        assert reader.page_of_ids(10_000, None).ids == sorted(stored)
        assert {hit.id for hit in reader.query_keywords(["all"], 10_000)} == set(stored)
        small = {id_ for id_, one in stored.items() if one.metadata["n"] == 3}
        assert {hit.id for hit in reader.query(vector(step), 10_000, {"n": 3})} == small
        assert {hit.id for hit in reader.query_keywords(["all"], 10_000, {"n": {"$in": [3]}})} == small
        for id_ in some(3):
            one = stored[id_]
            assert [hit.id for hit in reader.query(one.vector, 1)] == [id_]
            assert [hit.id for hit in reader.query_keywords([one.keywords.split()[1]], 10)] == [id_]
            assert reader.ids(one.doc_hash) == sorted(each for each in stored if stored[each].doc_hash == one.doc_hash)
            assert reader.existing([id_, "nothing"]) == {id_}
            assert reader.cosines(one.vector, [id_, "nothing"]) == pytest.approx({id_: 1}, abs=1e-5)
            [shown] = reader.complete(reader.query(one.vector, 1))
            assert shown.metadata == one.metadata


class TestATableFromBefore:
    """A table that was made before chunks had keywords."""

    @pytest.fixture
    def old(self, uri: str) -> list[IndexedChunk]:
        """The table, and what it has."""
        stored = chunks(20)
        new = LanceStore(uri, "new", DIMENSION)
        new.create()
        new.upsert(stored)
        connection = lancedb.connect(uri)
        rows = connection.open_table("new").to_arrow().drop_columns(["keywords"])
        connection.create_table("bloomweaver", rows, schema=rows.schema)
        return stored

    def test_it_is_searched_and_read(self, uri: str, old: list[IndexedChunk]) -> None:
        store = LanceStore(uri, "bloomweaver", DIMENSION)

        hits = store.query(vector(0), 5)

        assert [hit.id for hit in hits] == nearest(old, vector(0), 5)
        assert [hit.text for hit in store.complete(hits)] == ["some text"] * 5
        assert store.ids("doc") == [one.id for one in old]
        assert store.page_of_ids(5, None).ids == [one.id for one in old[:5]]
        assert store.existing([old[0].id]) == {old[0].id}
        assert store.cosines(old[0].vector, [old[0].id]) == pytest.approx({old[0].id: 1}, abs=1e-5)

    def test_it_is_emptied_and_dropped(self, uri: str, old: list[IndexedChunk]) -> None:
        store = LanceStore(uri, "bloomweaver", DIMENSION)

        for one in old:  # so many deletions that they compact it
            store.delete([one.id])

        assert store.page_of_ids(5, None).ids == []
        store.drop()
        assert not store.exists()

    def test_it_is_indexed_when_it_is_large(
        self, uri: str, old: list[IndexedChunk], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(lance_upkeep, "INDEXED_FROM_ROWS", len(old))
        store = LanceStore(uri, "bloomweaver", DIMENSION)

        store.optimize()

        assert set(indexes(uri)) == ALL - {"keywords"}
        assert [hit.id for hit in store.query(vector(0), 5)] == nearest(old, vector(0), 5)

    def test_it_takes_nothing_and_says_what_to_do(self, uri: str, old: list[IndexedChunk]) -> None:
        for call in (
            lambda store: store.create(),
            lambda store: store.upsert(chunks(1, "new")),
            lambda store: store.query_keywords(["all"], 5),
        ):
            with pytest.raises(
                VectorIndexRejected,
                match=r"'bloomweaver' is from before .* to a new name, and run `bloomweaver reindex`",
            ):
                call(LanceStore(uri, "bloomweaver", DIMENSION))

        assert LanceStore(uri, "bloomweaver", DIMENSION).page_of_ids(100, None).ids == [one.id for one in old]
