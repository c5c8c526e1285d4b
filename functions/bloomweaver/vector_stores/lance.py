"""The vector store on one machine: LanceDB, embedded, its files in a directory. No server and no key.

Several processes write and read one table at the same time. Every write is a commit of its own, readers look for the
newest commit before each call, and so a chunk is found as soon as `upsert` has returned, in every process. What commits
leave behind is cleared away, and indexed, by the process whose write makes the table due: see `lance_upkeep`.
"""

import heapq
import itertools
import logging
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from bloomweaver.errors import VectorIndexRejected, VectorIndexUnavailable
from bloomweaver.models.chunk import Candidate, Hit, IndexedChunk
from bloomweaver.vector_stores import lance_upkeep
from bloomweaver.vector_stores.base import Filter, IdPage
from bloomweaver.vector_stores.filters import Condition, parse_within
from bloomweaver.vector_stores.lance_filters import folder_terms, literal, metadata_numbers, metadata_terms, one_of, sql
from bloomweaver.vector_stores.lance_idle import IdleUpkeep
from bloomweaver.vector_stores.lance_lock import TableLock
from bloomweaver.vector_stores.lance_upkeep import KEYWORDS, VECTOR, TableState
from bloomweaver.vector_stores.validation import (
    check_chunks,
    check_query,
    check_terms,
    check_top_k,
    decode_metadata,
    encode_metadata,
)

logger = logging.getLogger(__name__)

IDS_PER_CONDITION = 1_000
"""How many ids one condition names: it is text that LanceDB has to parse."""
PARTITIONS_PER_QUERY = 64
"""How many parts of the index of vectors a query looks through: all of them, up to half a million chunks."""
COMPARED_MIN = 60
"""How many chunks are compared by their vectors, however few are asked for: the index alone errs a little."""
INDEX_CACHE_BYTES = 64 * 2**20
"""What a process keeps of indexes. Those of 60,000 chunks take a quarter of it."""
VERSIONS_CACHE_BYTES = 8 * 2**20
"""What it keeps of versions of the table. Each write makes one: with LanceDB's own bound, a gigabyte, who writes a
thousand documents grows by 120 MiB."""

_CANDIDATE_COLUMNS = ["id", "doc_hash", "version"]
_STORED_COLUMNS = ["id", "doc_hash", "version", "chunk_id", "text", "title", "heading", "page", "metadata"]

_Result = TypeVar("_Result")


class LanceStore:
    """The `VectorStore` in a LanceDB table, by cosine similarity.

    `uri` is a directory, or an object store's URL; `dimension` is the length of a vector; a write waits at most
    `timeout_seconds` while another process compacts. LanceDB is imported by the first call, not before (about a
    second), and must not be used across a fork. With `clears_up_after_seconds`, a process that has written clears up
    once nobody has written for so long.

    A table from before chunks had keywords can be read and deleted from, so that its documents can be moved. It takes
    no chunk, and knows no keywords.
    """

    def __init__(
        self,
        uri: str,
        table: str,
        dimension: int,
        timeout_seconds: float = 30.0,
        clears_up_after_seconds: float | None = None,
    ) -> None:
        self._uri = uri
        self._name = table
        self._dimension = dimension
        self._session: Any = None
        self._table: Any = None
        self._has_keywords = False
        self._lock = None if "://" in uri else TableLock(Path(uri) / f"{table}.lock", timeout_seconds)
        self._idle: IdleUpkeep | None = None
        if self._lock and clears_up_after_seconds is not None:
            self._idle = IdleUpkeep(clears_up_after_seconds, self._version, self._clear_up)

    def create(self) -> None:
        """Create the table with its indexes if it is not there. Raises `VectorIndexRejected` if one with other columns
        or another dimension is."""
        is_new = not self.exists()
        if not is_new:
            self._check_takes_keywords()

        async def create() -> int:
            connection = await self._connect()
            table = await connection.create_table(self._name, schema=self._schema(), exist_ok=True)
            await lance_upkeep.index(table, self._dimension)
            return int(await table.version())

        if self._lock:
            Path(self._uri).mkdir(parents=True, exist_ok=True)
        with self._alone():
            version = _run(f"create the table {self._name!r} with vectors of {self._dimension} numbers", create())
            if self._lock and is_new:
                self._lock.write_note(version)

    def drop(self) -> None:
        """Delete the table with everything in it. One that is not there is none too many."""

        async def drop() -> None:
            await (await self._connect()).drop_table(self._name, ignore_missing=True)

        self._table = None
        with self._alone():
            _run(f"drop the table {self._name!r}", drop())

    def exists(self) -> bool:
        """See `VectorStore`."""

        async def exists() -> bool:
            connection = await self._connect()
            try:
                await connection.open_table(self._name)
            except ValueError:  # the one that says that it was not found
                return False
            return True

        return _run(f"look for the table {self._name!r}", exists())

    def upsert(self, chunks: Sequence[IndexedChunk]) -> None:
        """Store the chunks in one commit; one with an id that is stored already replaces it."""
        if not chunks:
            return
        check_chunks(chunks, self._dimension)
        rows = self._rows(chunks)
        table = self._open()
        self._check_takes_keywords()

        async def upsert() -> int:
            merge = table.merge_insert("id").when_matched_update_all().when_not_matched_insert_all()
            return int((await merge.execute(rows)).version)

        with self._writing():
            version = _run("upsert", upsert())
        self._after_write(version, len(chunks))

    def delete(self, ids: Sequence[str]) -> None:
        """Remove the vectors with these ids; one that is not there is none too many."""
        if not ids:
            return
        table = self._open()
        version = 0
        for batch in _batches(ids):
            with self._writing():
                version = int(_run("delete", table.delete(one_of("id", batch))).version)
        self._after_write(version, len(ids))

    def query(
        self, vector: Sequence[float], top_k: int, filter: Filter | None = None, folder: str | None = None
    ) -> list[Candidate]:
        """The nearest chunks that pass the filter and are within the folder, at most `top_k`, the nearest first.

        Raises `InvalidFilter` for a filter that is not of the language.
        """
        check_query(vector, self._dimension, top_k)
        # What a query sets for the index counts for nothing where there is none.
        search = self._near(vector).nprobes(PARTITIONS_PER_QUERY).refine_factor(1).limit(max(top_k, COMPARED_MIN))
        rows = self._found("query", search, parse_within(filter, folder), "_distance")
        return [_candidate(row, _cosine(row)) for row in rows[:top_k]]

    def query_keywords(
        self, terms: Sequence[str], top_k: int, filter: Filter | None = None, folder: str | None = None
    ) -> list[Candidate]:
        """See `VectorStore`. Raises `InvalidFilter` for a filter that is not of the language."""
        check_terms(terms)
        check_top_k(top_k)
        table = self._open()
        self._check_takes_keywords()
        condition = parse_within(filter, folder)
        if not terms:
            return []
        # Not a query in a language: all that is in it are words, of which one has to be there.
        search = table.query().nearest_to_text(_match(" ".join(dict.fromkeys(terms)))).limit(top_k)
        rows = self._found("query keywords", search, condition, "_score")
        return [_candidate(row, row["_score"]) for row in rows]

    def cosines(self, vector: Sequence[float], ids: Sequence[str]) -> dict[str, float]:
        """See `VectorStore`."""
        check_query(vector, self._dimension, top_k=1)
        found: dict[str, float] = {}
        for batch in _batches(ids):
            search = self._near(vector).bypass_vector_index().where(one_of("id", batch)).limit(len(batch))
            rows = _run("compare", search.select(["id", "_distance"]).to_arrow()).to_pylist()
            found |= {row["id"]: _cosine(row) for row in rows}
        return found

    def complete(self, candidates: Sequence[Candidate]) -> list[Hit]:
        """See `VectorStore`."""
        stored: dict[str, dict[str, Any]] = {}
        for batch in _batches([candidate.id for candidate in candidates]):
            rows = self._rows_where(one_of("id", batch), _STORED_COLUMNS)
            stored |= {row["id"]: row for row in rows.to_pylist()}
        return [_hit(stored[each.id], each.score) for each in candidates if each.id in stored]

    def ids(self, doc_hash: str) -> list[str]:
        """The ids of all vectors of a document, sorted."""
        return sorted(_column(self._rows_where(f"doc_hash = {literal(doc_hash)}", ["id"]), "id"))

    def page_of_ids(self, limit: int, cursor: str | None) -> IdPage:
        """See `VectorStore`. Reads the ids of the whole table for each page, and holds those of one page in memory."""
        search = self._open().query().select(["id"])
        if cursor is not None:
            search = search.where(f"id > {literal(cursor)}")

        async def smallest() -> list[str]:
            ids: list[str] = []
            async for batch in await search.to_batches():
                ids = heapq.nsmallest(limit + 1, itertools.chain(ids, _column(batch, "id")))
            return ids

        ids = _run("list ids", smallest())
        return IdPage(ids[:limit], ids[limit - 1] if len(ids) > limit else None)

    def existing(self, ids: Sequence[str]) -> set[str]:
        """See `VectorStore`."""
        return {id_ for batch in _batches(ids) for id_ in _column(self._rows_where(one_of("id", batch), ["id"]), "id")}

    def optimize(self) -> None:
        """Compact the table and bring its indexes up to date, see `lance_upkeep`.

        Writes do this themselves when it is due, and other writers wait meanwhile; readers do not. A table in an object
        store has no lock; there something has to call this from time to time, and it raises `VectorIndexUnavailable` if
        a write came between.
        """
        with self._alone():
            self._compact()

    def _after_write(self, version: int, rows: int) -> None:
        """Compact if it is due. `version` is that which the write of so many rows has made."""
        if self._lock is None:
            return
        try:
            looks = (
                rows >= lance_upkeep.ROWS_PER_LOOK or _commits(self._lock, version) % lance_upkeep.COMMITS_PER_LOOK == 0
            )
            if looks and self._state(self._lock, version).due:
                with self._lock.exclusive():
                    # Another process may have compacted while this one waited.
                    if self._state(self._lock, self._version()).due:
                        self._compact()
        except VectorIndexUnavailable as error:
            # The write itself is done: failing it now would have it done again.
            logger.warning("the LanceDB table was not compacted, a later write tries again: %s", error)
        if self._idle:
            self._idle.written(version)

    def _clear_up(self) -> None:
        if self._lock and self._state(self._lock, self._version()).due_when_idle:
            with self._lock.exclusive():
                if self._state(self._lock, self._version()).due_when_idle:
                    self._compact()

    def _state(self, lock: TableLock, version: int) -> TableState:
        return _run("look at the table", lance_upkeep.state(self._open(), _commits(lock, version)))

    def _compact(self) -> None:
        _run("optimize", lance_upkeep.compact(self._open(), self._dimension))
        if self._lock is not None:
            self._lock.write_note(self._version())

    def _version(self) -> int:
        return int(_run("look at the table", self._open().version()))

    def _writing(self) -> AbstractContextManager[None]:
        return self._lock.shared() if self._lock else nullcontext()

    def _alone(self) -> AbstractContextManager[None]:
        return self._lock.exclusive() if self._lock else nullcontext()

    async def _connect(self) -> Any:
        import lancedb

        if self._session is None:
            self._session = lancedb.Session(
                index_cache_size_bytes=INDEX_CACHE_BYTES, metadata_cache_size_bytes=VERSIONS_CACHE_BYTES
            )
        return await lancedb.connect_async(self._uri, read_consistency_interval=timedelta(0), session=self._session)

    def _open(self) -> Any:
        """The table in its form with coroutines: the other one asks for the schema several times in each query."""
        if self._table is None:

            async def open_table() -> tuple[Any, bool]:
                table = await (await self._connect()).open_table(self._name)
                return table, KEYWORDS in (await table.schema()).names

            doing = f"open the table {self._name!r}, which has to be created first"
            self._table, self._has_keywords = _run(doing, open_table())
        return self._table

    def _check_takes_keywords(self) -> None:
        self._open()
        if not self._has_keywords:
            raise VectorIndexRejected(
                f"LanceDB: the table {self._name!r} is from before keyword search, and can only be read and deleted "
                "from: set VectorIndexName (`bloomweaver up --index`) to a new name, and run `bloomweaver reindex`, "
                "which moves the documents"
            )

    def _near(self, vector: Sequence[float]) -> Any:
        values = _pyarrow().array(vector, _pyarrow().float32())
        return self._open().vector_search(values).column(VECTOR).distance_type("cosine")

    def _found(self, doing: str, search: Any, condition: Condition | None, score: str) -> list[dict[str, Any]]:
        """What a search finds among the chunks that meet the condition, looked at before anything is ranked."""
        if condition is not None:
            search = search.where(sql(condition))
        rows: list[dict[str, Any]] = _run(doing, search.select([*_CANDIDATE_COLUMNS, score]).to_arrow()).to_pylist()
        return rows

    def _rows_where(self, condition: str, columns: Sequence[str]) -> Any:
        return _run("read", self._open().query().where(condition).select(list(columns)).to_arrow())

    def _schema(self) -> Any:
        pa = _pyarrow()
        return pa.schema(
            [
                pa.field("id", pa.string(), nullable=False),
                pa.field("doc_hash", pa.string(), nullable=False),
                pa.field("version", pa.int64(), nullable=False),
                pa.field("chunk_id", pa.string(), nullable=False),
                pa.field("text", pa.string(), nullable=False),
                pa.field("title", pa.string()),
                pa.field("heading", pa.string()),
                pa.field("page", pa.int32()),
                pa.field("metadata", pa.string(), nullable=False),
                pa.field("terms", pa.list_(pa.string()), nullable=False),
                pa.field("number_keys", pa.list_(pa.string()), nullable=False),
                pa.field("number_values", pa.list_(pa.float64()), nullable=False),
                pa.field(KEYWORDS, pa.string(), nullable=False),
                pa.field(VECTOR, pa.list_(pa.float32(), self._dimension), nullable=False),
            ]
        )

    def _rows(self, chunks: Sequence[IndexedChunk]) -> Any:
        pa = _pyarrow()
        numbers = [metadata_numbers(chunk.metadata) for chunk in chunks]
        values = pa.array(itertools.chain.from_iterable(chunk.vector for chunk in chunks), pa.float32())
        columns: dict[str, Any] = {
            name: [getattr(chunk, name) for chunk in chunks] for name in _STORED_COLUMNS if name != "metadata"
        }
        columns["metadata"] = [encode_metadata(chunk) for chunk in chunks]
        columns["terms"] = [metadata_terms(chunk.metadata) + folder_terms(chunk.folder) for chunk in chunks]
        columns["number_keys"] = [list(of_chunk) for of_chunk in numbers]
        columns["number_values"] = [list(of_chunk.values()) for of_chunk in numbers]
        columns[KEYWORDS] = [chunk.keywords for chunk in chunks]
        columns[VECTOR] = pa.FixedSizeListArray.from_arrays(values, self._dimension)
        return pa.table(columns, schema=self._schema())


def _commits(lock: TableLock, version: int) -> int:
    """How many commits there were up to this version since the last compaction."""
    compacted = lock.note()
    return version - compacted if compacted <= version else version  # a table made anew counts from 1 again


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + IDS_PER_CONDITION] for start in range(0, len(ids), IDS_PER_CONDITION))


def _column(rows: Any, name: str) -> list[str]:
    values: list[str] = rows.column(name).to_pylist()
    return values


def _match(words: str) -> Any:
    from lancedb import query

    match: Any = query.MatchQuery
    return match(words, KEYWORDS)


def _pyarrow() -> Any:
    """The module `pyarrow`, which has no types."""
    import pyarrow

    return pyarrow


def _run(doing: str, work: Coroutine[Any, Any, _Result]) -> _Result:
    """The result of a coroutine of LanceDB's, which has a thread for them. Its errors become ours.

    It raises `ValueError` for what is wrong with the call; a commit that lost against other writers too often, or a
    file that it cannot read, is a `RuntimeError` or an `OSError`.
    """
    from lancedb import background_loop

    loop: Any = background_loop.LOOP
    try:
        result: _Result = loop.run(work)
    except ValueError as error:
        raise VectorIndexRejected(f"LanceDB: cannot {doing}: {error}") from error
    except (RuntimeError, OSError) as error:
        raise VectorIndexUnavailable(f"LanceDB: cannot {doing}: {error}") from error
    return result


def _candidate(row: dict[str, Any], score: float) -> Candidate:
    return Candidate(id=row["id"], doc_hash=row["doc_hash"], version=row["version"], score=score)


def _cosine(row: dict[str, Any]) -> float:
    return max(-1.0, min(1.0, 1.0 - float(row["_distance"])))


def _hit(row: dict[str, Any], score: float) -> Hit:
    return Hit(**{**row, "metadata": decode_metadata(row["metadata"])}, score=score)
