"""The vector store on one machine: LanceDB, embedded, its files in a directory. No server and no key.

Several processes write and read one table at the same time. Every write is a commit of its own, readers look for the
newest commit before each call, and so a chunk is found as soon as `upsert` has returned, in every process. Commits
leave small files behind, which slow every call down; the process whose write makes the table due compacts it, see
`LanceStore.optimize`.

Metadata lies in the table twice: as JSON, to hand back what was given, and as `terms` and numbers, to filter on. A term
is a JSON array of a key, or of a key and a value, so that the type of a value counts and no key can pass for another.
"""

import heapq
import itertools
import json
import logging
import math
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bloomweaver.errors import VectorIndexRejected, VectorIndexUnavailable
from bloomweaver.models.chunk import Candidate, Hit, IndexedChunk, Metadata
from bloomweaver.vector_stores.base import Filter, IdPage
from bloomweaver.vector_stores.filters import (
    And,
    Compare,
    Condition,
    Equal,
    Exists,
    In,
    NotEqual,
    NotIn,
    Or,
    Scalar,
    parse,
)
from bloomweaver.vector_stores.lance_lock import TableLock
from bloomweaver.vector_stores.validation import check_chunks, check_query, decode_metadata, encode_metadata

if TYPE_CHECKING:
    from lancedb.table import Table

logger = logging.getLogger(__name__)

IDS_PER_CONDITION = 1_000
"""How many ids one condition names: it is text that LanceDB has to parse."""
COMMITS_BEFORE_OPTIMIZE = 32
"""A table is never compacted more often than after this many commits."""
OLD_VERSION_LIFETIME = timedelta(seconds=30)
"""How long the files of an old version stay: longer than any call that still reads them takes."""

_STORED_COLUMNS = ["id", "doc_hash", "version", "chunk_id", "text", "title", "heading", "page", "metadata"]
_SQL_OPERATORS = {"$gt": ">", "$gte": ">=", "$lt": "<", "$lte": "<="}


class LanceStore:
    """The `VectorStore` in a LanceDB table, by exact cosine similarity.

    `uri` is a directory, or an object store's URL; `dimension` is the length of a vector; a write waits at most
    `timeout_seconds` while another process compacts. LanceDB is imported by the first call, not before (about a
    second), and must not be used across a fork.
    """

    def __init__(self, uri: str, table: str, dimension: int, timeout_seconds: float = 30.0) -> None:
        self._uri = uri
        self._name = table
        self._dimension = dimension
        self._table: Table | None = None
        self._lock = None if "://" in uri else TableLock(Path(uri) / f"{table}.lock", timeout_seconds)

    def create(self) -> None:
        """Create the table if it is not there. Raises `VectorIndexRejected` if one with other columns or another
        dimension is."""
        import lancedb

        with _lance_errors(f"create the table {self._name!r} with vectors of {self._dimension} numbers"):
            connection = lancedb.connect(self._uri, read_consistency_interval=timedelta(0))
            self._table = connection.create_table(self._name, schema=self._schema(), exist_ok=True)

    def drop(self) -> None:
        """Delete the table with everything in it. One that is not there is none too many."""
        import lancedb

        self._table = None
        with self._lock.exclusive() if self._lock else nullcontext(), _lance_errors(f"drop the table {self._name!r}"):
            connection: Any = lancedb.connect(self._uri)
            connection.drop_table(self._name, ignore_missing=True)

    def exists(self) -> bool:
        """See `VectorStore`."""
        import lancedb

        with _lance_errors(f"look for the table {self._name!r}"):
            connection: Any = lancedb.connect(self._uri)
            try:
                connection.open_table(self._name)
            except ValueError:  # the one that says that it was not found
                return False
        return True

    def upsert(self, chunks: Sequence[IndexedChunk]) -> None:
        """Store the chunks in one commit; one with an id that is stored already replaces it."""
        if not chunks:
            return
        check_chunks(chunks, self._dimension)
        rows = self._rows(chunks)
        table = self._open()
        with self._writing(), _lance_errors("upsert"):
            commit = table.merge_insert("id").when_matched_update_all().when_not_matched_insert_all().execute(rows)
        self._optimize_if_due(commit.version)

    def delete(self, ids: Sequence[str]) -> None:
        """Remove the vectors with these ids; one that is not there is none too many."""
        if not ids:
            return
        table = self._open()
        version = 0
        for batch in _batches(ids):
            with self._writing(), _lance_errors("delete"):
                version = table.delete(f"id IN ({_literals(batch)})").version
        self._optimize_if_due(version)

    def query(self, vector: Sequence[float], top_k: int, filter: Filter | None = None) -> list[Hit]:
        """The nearest chunks that pass the filter, at most `top_k`, the nearest first.

        Raises `InvalidFilter` for a filter that is not of the language.
        """
        check_query(vector, self._dimension, top_k)
        condition = parse(filter)
        table = self._open()
        with _lance_errors("query"):
            search: Any = table.search(list(vector), vector_column_name="vector")
            search = search.distance_type("cosine").limit(top_k)
            if condition is not None:
                search = search.where(_sql(condition), prefilter=True)
            rows = search.select([*_STORED_COLUMNS, "_distance"]).to_list()
        return [_hit(row) for row in rows]

    def complete(self, candidates: Sequence[Candidate]) -> list[Hit]:
        """See `VectorStore`. A query brings the texts along: they lie in the same files, and nothing bounds them."""
        return [candidate for candidate in candidates if isinstance(candidate, Hit)]

    def ids(self, doc_hash: str) -> list[str]:
        """The ids of all vectors of a document, sorted."""
        table = self._open()
        with _lance_errors("list ids"):
            found = table.search().where(f"doc_hash = {_literal(doc_hash)}").select(["id"]).to_arrow()
        ids: list[str] = found.column("id").to_pylist()
        return sorted(ids)

    def page_of_ids(self, limit: int, cursor: str | None) -> IdPage:
        """See `VectorStore`. Reads the ids of the whole table for each page, and holds those of one page in memory."""
        table = self._open()
        with _lance_errors("list ids"):
            search: Any = table.search()
            if cursor is not None:
                search = search.where(f"id > {_literal(cursor)}")
            batches = search.select(["id"]).to_batches()
            ids = heapq.nsmallest(limit + 1, (id_ for batch in batches for id_ in batch.column("id").to_pylist()))
        return IdPage(ids[:limit], ids[limit - 1] if len(ids) > limit else None)

    def existing(self, ids: Sequence[str]) -> set[str]:
        """See `VectorStore`."""
        table = self._open()
        found: set[str] = set()
        for batch in _batches(ids):
            with _lance_errors("look for ids"):
                rows = table.search().where(f"id IN ({_literals(batch)})").select(["id"]).to_arrow()
            found.update(rows.column("id").to_pylist())
        return found

    def optimize(self) -> None:
        """Compact the table's small files into one and remove the files of old versions.

        Writes do this themselves when it is due: after `COMMITS_BEFORE_OPTIMIZE` commits of any process, and in a
        larger table after more, as compacting copies the whole table. Writers wait meanwhile, readers do not. A table
        in an object store has no lock; there something has to call this from time to time, and it raises
        `VectorIndexUnavailable` if a write came between.
        """
        with self._lock.exclusive() if self._lock else nullcontext():
            self._compact()

    def _optimize_if_due(self, version: int) -> None:
        if self._lock is None:
            return
        try:
            if self._is_due(self._lock, version):
                with self._lock.exclusive():
                    # Another process may have compacted while this one waited.
                    if self._is_due(self._lock, self._open().version):
                        self._compact()
        except VectorIndexUnavailable as error:
            # The write itself is done: failing it now would have it done again.
            logger.warning("the LanceDB table was not compacted, a later write tries again: %s", error)

    def _is_due(self, lock: TableLock, version: int) -> bool:
        compacted = lock.note()
        commits = version - compacted if compacted <= version else version  # a table made anew counts from 1 again
        if commits < COMMITS_BEFORE_OPTIMIZE:
            return False
        # Reading grows with the number of small files, compacting with the rows: the root balances the two.
        with _lance_errors("count the rows"):
            return commits >= math.isqrt(self._open().count_rows()) // 2

    def _compact(self) -> None:
        table = self._open()
        with _lance_errors("optimize"):
            table.optimize(cleanup_older_than=OLD_VERSION_LIFETIME)
            version = table.version
        if self._lock is not None:
            self._lock.write_note(version)

    def _writing(self) -> AbstractContextManager[None]:
        return self._lock.shared() if self._lock else nullcontext()

    def _open(self) -> "Table":
        if self._table is None:
            import lancedb

            with _lance_errors(f"open the table {self._name!r}, which has to be created first"):
                connection = lancedb.connect(self._uri, read_consistency_interval=timedelta(0))
                self._table = connection.open_table(self._name)
        return self._table

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
                pa.field("vector", pa.list_(pa.float32(), self._dimension), nullable=False),
            ]
        )

    def _rows(self, chunks: Sequence[IndexedChunk]) -> Any:
        pa = _pyarrow()
        numbers = [_numbers(chunk.metadata) for chunk in chunks]
        values = pa.array(itertools.chain.from_iterable(chunk.vector for chunk in chunks), pa.float32())
        columns: dict[str, Any] = {
            name: [getattr(chunk, name) for chunk in chunks] for name in _STORED_COLUMNS if name != "metadata"
        }
        columns["metadata"] = [encode_metadata(chunk) for chunk in chunks]
        columns["terms"] = [_terms(chunk.metadata) for chunk in chunks]
        columns["number_keys"] = [list(of_chunk) for of_chunk in numbers]
        columns["number_values"] = [list(of_chunk.values()) for of_chunk in numbers]
        columns["vector"] = pa.FixedSizeListArray.from_arrays(values, self._dimension)
        return pa.table(columns, schema=self._schema())


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + IDS_PER_CONDITION] for start in range(0, len(ids), IDS_PER_CONDITION))


def _pyarrow() -> Any:
    """The module `pyarrow`, which has no types."""
    import pyarrow

    return pyarrow


@contextmanager
def _lance_errors(doing: str) -> Iterator[None]:
    """LanceDB's errors as ours. It raises `ValueError` for what is wrong with the call; a commit that lost against
    other writers too often, or a file it cannot read, is a `RuntimeError` or an `OSError`."""
    try:
        yield
    except ValueError as error:
        raise VectorIndexRejected(f"LanceDB: cannot {doing}: {error}") from error
    except (RuntimeError, OSError) as error:
        raise VectorIndexUnavailable(f"LanceDB: cannot {doing}: {error}") from error


def _hit(row: dict[str, Any]) -> Hit:
    stored = {name: row[name] for name in _STORED_COLUMNS}
    stored["metadata"] = decode_metadata(stored["metadata"])
    return Hit(**stored, score=max(-1.0, min(1.0, 1.0 - row["_distance"])))


def _terms(metadata: Metadata) -> list[str]:
    """What the conditions on equality and existence look for."""
    terms = []
    for key, value in metadata.items():
        terms.append(_term(key))
        terms.extend(_term(key, member) for member in (value if isinstance(value, list) else [value]))
    return terms


def _term(key: str, *value: Scalar) -> str:
    number = [_float(member) if _is_number(member) else member for member in value]
    return json.dumps([key, *number], ensure_ascii=False, separators=(",", ":"))


def _numbers(metadata: Metadata) -> dict[str, float]:
    """What the comparisons look for."""
    return {key: _float(value) for key, value in metadata.items() if _is_number(value)}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _float(number: Any) -> float:
    """The number as every condition compares it. Adding zero makes -0.0 and 0.0 one."""
    return float(number) + 0.0


def _sql(condition: Condition) -> str:
    """The condition in the SQL of LanceDB. A comparison with a missing key is null there, which a filter takes as
    false; so null must not come under a NOT."""
    match condition:
        case Equal(key, value):
            return _has(_term(key, value))
        case NotEqual(key, value):
            return f"({_has(_term(key))} AND NOT {_has(_term(key, value))})"
        case In(key, values):
            return _has_any([_term(key, value) for value in values])
        case NotIn(key, values):
            return f"({_has(_term(key))} AND NOT {_has_any([_term(key, value) for value in values])})"
        case Exists(key, present):
            return _has(_term(key)) if present else f"NOT {_has(_term(key))}"
        case Compare(key, operator, number):
            # array_position counts in unsigned numbers, array_element takes signed ones.
            position = f"CAST(array_position(number_keys, {_literal(key)}) AS BIGINT)"
            return f"(array_element(number_values, {position}) {_SQL_OPERATORS[operator]} {_float(number)!r})"
        case And(conditions):
            return "(" + " AND ".join(_sql(member) for member in conditions) + ")"
        case Or(conditions):
            return "(" + " OR ".join(_sql(member) for member in conditions) + ")"


def _has(term: str) -> str:
    return f"array_has(terms, {_literal(term)})"


def _has_any(terms: Sequence[str]) -> str:
    return f"array_has_any(terms, [{_literals(terms)}])"


def _literals(texts: Sequence[str]) -> str:
    return ", ".join(_literal(text) for text in texts)


def _literal(text: str) -> str:
    """The text as an SQL string: the quote is the only character that needs care, and is doubled."""
    return "'" + text.replace("'", "''") + "'"
