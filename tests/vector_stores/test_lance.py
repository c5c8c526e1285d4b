"""What only LanceDB does: files that several processes share, and their compaction."""

import shutil
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bloomweaver.errors import VectorIndexUnavailable
from bloomweaver.models.chunk import IndexedChunk
from bloomweaver.vector_stores import VectorStoreSettings, lance, lance_upkeep
from bloomweaver.vector_stores.lance import LanceStore
from bloomweaver.vector_stores.lance_lock import TableLock
from tests.vector_stores.conftest import StartProcess
from tests.vector_stores.samples import DIMENSION, chunk, vector


@pytest.fixture
def uri(tmp_path: Path) -> str:
    return str(tmp_path / "lancedb")


@pytest.fixture
def store(uri: str) -> LanceStore:
    opened = LanceStore(uri, "bloomweaver", DIMENSION)
    opened.create()
    return opened


def fragments(uri: str) -> int:
    """How many pieces the table's newest version has."""
    import lancedb

    stats: Any = lancedb.connect(uri).open_table("bloomweaver").stats()
    return int(stats["fragment_stats"]["num_fragments"])


def data_files(uri: str) -> set[str]:
    return {path.name for path in Path(uri, "bloomweaver.lance", "data").iterdir()}


def write_and_delete(store: LanceStore, count: int) -> list[IndexedChunk]:
    """Upsert that many documents in a call each, and delete every fourth. Returns what is left."""
    kept = []
    for number in range(count):
        written = chunk(f"doc-{number}", metadata={"number": number})
        store.upsert([written])
        if number % 4 == 3:
            store.delete([written.id])
        else:
            kept.append(written)
    return kept


def test_an_open_store_sees_what_another_one_wrote(uri: str, store: LanceStore) -> None:
    other = LanceStore(uri, "bloomweaver", DIMENSION)
    assert other.query(vector(0), 10) == []

    store.upsert([chunk()])
    assert [hit.id for hit in other.query(vector(0), 10)] == [chunk().id]

    store.delete([chunk().id])
    assert other.query(vector(0), 10) == []
    assert other.ids("doc") == []

    other.upsert([chunk(index=1)])
    assert store.ids("doc") == [chunk(index=1).id]


def test_processes_write_at_once_and_lose_nothing(
    lancedb_settings: VectorStoreSettings, start_process: StartProcess
) -> None:
    store = LanceStore(lancedb_settings.lancedb_uri, lancedb_settings.index_name, DIMENSION)
    store.create()
    names = ("a", "b", "c", "d")
    processes = [start_process(lancedb_settings, name, "20") for name in names]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()

    outputs = [process.communicate(timeout=60)[0] for process in processes]

    assert outputs == ["done\n"] * 4
    kept = [f"{name}-{number}" for name in names for number in range(20) if number % 4 != 3]
    expected = sorted(chunk(doc_hash, index).id for doc_hash in kept for index in range(2))
    assert sorted(hit.id for hit in store.query(vector(0), 1_000)) == expected
    # They compacted meanwhile, or there would be a piece for every commit that is still in force.
    assert fragments(lancedb_settings.lancedb_uri) < len(kept)


def test_optimize_keeps_the_data(uri: str, store: LanceStore) -> None:
    kept = write_and_delete(store, 20)
    store.upsert([chunk("doc-0", text="replaced", metadata={"number": -1})])
    before = store.complete(store.query(vector(0), 100))

    store.optimize()

    assert fragments(uri) == 1
    assert store.complete(store.query(vector(0), 100)) == before
    assert len(before) == len(kept)
    assert [hit.text for hit in store.complete(store.query(vector(0), 10, {"number": {"$lt": 0}}))] == ["replaced"]
    store.delete([one.id for one in kept[1:]])
    assert [hit.id for hit in store.query(vector(0), 100)] == [kept[0].id]


@pytest.mark.filterwarnings(r"ignore:optimize\(cleanup_older_than=0\):UserWarning")
def test_optimize_removes_old_files(uri: str, store: LanceStore, monkeypatch: pytest.MonkeyPatch) -> None:
    # Not a millisecond: a compaction makes a version of the old files just before its own, mostly 2 ms.
    monkeypatch.setattr(lance_upkeep, "OLD_VERSION_LIFETIME", timedelta(0))
    write_and_delete(store, 12)
    before = data_files(uri)

    store.optimize()

    assert len(data_files(uri)) == 1
    assert not data_files(uri) & before


def test_optimize_leaves_the_files_of_a_version_that_may_still_be_read(uri: str, store: LanceStore) -> None:
    write_and_delete(store, 12)
    before = data_files(uri)

    store.optimize()

    assert before < data_files(uri)


def test_what_a_process_keeps_of_versions_and_indexes_is_bounded(
    uri: str, store: LanceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = []
    import lancedb

    connect = lancedb.connect_async

    async def connect_and_note(*args: Any, **kwargs: Any) -> Any:
        sessions.append(kwargs["session"])
        return await connect(*args, **kwargs)

    monkeypatch.setattr(lancedb, "connect_async", connect_and_note)
    bounds = {"INDEX_CACHE_BYTES": 2**16, "VERSIONS_CACHE_BYTES": 2**16}
    for name, size in bounds.items():
        monkeypatch.setattr(lance, name, size)
    writer = LanceStore(uri, "bloomweaver", DIMENSION)

    for number in range(60):
        writer.upsert([chunk(f"doc-{number}")])
        assert writer.query_keywords(["word"], 1) == []

    assert len(writer.query(vector(0), 100)) == 60
    assert len({id(session) for session in sessions}) == 1
    assert sessions[0].size_bytes <= sum(bounds.values())


def test_optimizing_nothing_is_fine(store: LanceStore) -> None:
    store.optimize()
    store.optimize()

    assert store.query(vector(0), 10) == []


@pytest.mark.parametrize(("commits_per_look", "commits_max"), [(1, 5), (4, 8)])
def test_writes_keep_the_table_compact(
    uri: str, store: LanceStore, monkeypatch: pytest.MonkeyPatch, commits_per_look: int, commits_max: int
) -> None:
    monkeypatch.setattr(lance_upkeep, "COMMITS_PER_LOOK", commits_per_look)
    monkeypatch.setattr(lance_upkeep, "COMMITS_BEFORE_OPTIMIZE_SMALL", 5)

    for number in range(40):
        store.upsert([chunk(f"doc-{number}")])
        # As many as commits, and two: what came last into an index is joined with the rest the next time.
        assert fragments(uri) <= commits_max + 2

    assert len(store.query(vector(0), 100)) == 40


def test_deletes_alone_keep_the_table_compact(uri: str, store: LanceStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.upsert([chunk(index=number) for number in range(40)])
    monkeypatch.setattr(lance_upkeep, "COMMITS_PER_LOOK", 1)
    monkeypatch.setattr(lance_upkeep, "COMMITS_BEFORE_OPTIMIZE_SMALL", 5)
    before = data_files(uri)

    for number in range(10):
        store.delete([chunk(index=number).id])

    assert data_files(uri) > before
    assert len(store.ids("doc")) == 30


def test_a_table_made_anew_is_compacted_too(uri: str, store: LanceStore, monkeypatch: pytest.MonkeyPatch) -> None:
    write_and_delete(store, 20)
    store.optimize()
    shutil.rmtree(Path(uri, "bloomweaver.lance"))
    monkeypatch.setattr(lance_upkeep, "COMMITS_PER_LOOK", 1)
    monkeypatch.setattr(lance_upkeep, "COMMITS_BEFORE_OPTIMIZE_SMALL", 5)

    anew = LanceStore(uri, "bloomweaver", DIMENSION)
    anew.create()
    write_and_delete(anew, 12)

    assert fragments(uri) <= 5


def test_a_compaction_that_fails_does_not_fail_the_write(
    store: LanceStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def compact() -> None:
        raise VectorIndexUnavailable("a conflict")

    monkeypatch.setattr(lance_upkeep, "COMMITS_PER_LOOK", 1)
    monkeypatch.setattr(lance_upkeep, "COMMITS_BEFORE_OPTIMIZE_SMALL", 1)
    monkeypatch.setattr(store, "_compact", compact)

    store.upsert([chunk()])

    assert store.ids("doc") == [chunk().id]
    assert "a conflict" in caplog.text
    with pytest.raises(VectorIndexUnavailable):
        store.optimize()


def test_a_table_whose_files_are_gone_is_unavailable(uri: str, store: LanceStore) -> None:
    store.upsert([chunk(), chunk(index=1)])
    shutil.rmtree(Path(uri, "bloomweaver.lance", "data"))
    anew = LanceStore(uri, "bloomweaver", DIMENSION)

    with pytest.raises(VectorIndexUnavailable):
        anew.query(vector(0), 10)


def test_a_write_waits_for_a_compaction_and_a_read_does_not(uri: str, store: LanceStore) -> None:
    store.upsert([chunk()])
    lock = TableLock(Path(uri, "bloomweaver.lock"), timeout_seconds=5)
    write = threading.Thread(target=store.upsert, args=([chunk(index=1)],))

    with lock.exclusive():
        write.start()
        assert store.ids("doc") == [chunk().id]
        write.join(0.1)
        assert write.is_alive()
        assert store.ids("doc") == [chunk().id]
    write.join(10)

    assert store.ids("doc") == [chunk().id, chunk(index=1).id]


def test_a_write_does_not_wait_for_ever(uri: str, store: LanceStore) -> None:
    store.upsert([chunk()])
    impatient = LanceStore(uri, "bloomweaver", DIMENSION, timeout_seconds=0.05)

    with TableLock(Path(uri, "bloomweaver.lock"), timeout_seconds=5).exclusive():
        with pytest.raises(VectorIndexUnavailable):
            impatient.upsert([chunk(index=1)])
        with pytest.raises(VectorIndexUnavailable):
            impatient.delete([chunk().id])

    assert store.ids("doc") == [chunk().id]


class TestTableLock:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "table.lock"

    def test_many_may_share_it(self, path: Path) -> None:
        with TableLock(path, 0).shared(), TableLock(path, 0).shared():
            pass

    def test_one_holder_excludes_the_others(self, path: Path) -> None:
        with TableLock(path, 0).exclusive():
            with pytest.raises(VectorIndexUnavailable), TableLock(path, 0).shared():
                pass
            with pytest.raises(VectorIndexUnavailable), TableLock(path, 0).exclusive():
                pass
        with TableLock(path, 0).exclusive():
            pass

    def test_a_writer_keeps_the_compaction_out(self, path: Path) -> None:
        with TableLock(path, 0).shared(), pytest.raises(VectorIndexUnavailable), TableLock(path, 0).exclusive():
            pass

    def test_who_waits_for_the_exclusive_lock_goes_before_new_writers(self, path: Path) -> None:
        order: list[str] = []

        def compact() -> None:
            with TableLock(path, 10).exclusive():
                order.append("compaction")

        def write_until_shut_out() -> None:
            while waiting.is_alive():
                with TableLock(path, 0).shared():
                    pass

        waiting = threading.Thread(target=compact)
        with TableLock(path, 0).shared():
            waiting.start()
            # Once it waits, it keeps the gate closed: the next writer does not get in.
            with pytest.raises(VectorIndexUnavailable):
                write_until_shut_out()
            order.append("first writer")
        with TableLock(path, 10).shared():
            order.append("second writer")
        waiting.join(10)

        assert order == ["first writer", "compaction", "second writer"]

    def test_a_note_is_read_back(self, path: Path) -> None:
        lock = TableLock(path, 0)
        assert lock.note() == 0

        with lock.exclusive():
            assert lock.note() == 0
            lock.write_note(12345)
            lock.write_note(7)

        assert TableLock(path, 0).note() == 7
