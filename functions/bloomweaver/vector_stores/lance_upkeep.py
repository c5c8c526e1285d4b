"""When a LanceDB table is compacted and indexed, and how.

Each commit leaves small files behind, and rows that no index has. Every call looks through those, so they are found at
once; but each costs it time. A write that makes the table due pays for all: it joins the small files and brings the
indexes up to date. What is left is cleared up when nobody writes, see `lance_idle`.

Which indexes there are depends on the rows. A small table has that of the keywords alone: looking through it is as fast
as any index. A large one has an index of the vectors as well: 4 bits of each number, in as many partitions as a query
looks through. What comes near is compared by the vectors themselves. So a query reads little and misses hardly any,
with a filter or without, however the vectors lie. And a large table has indexes of what rows are looked up by.
"""

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

COMMITS_BEFORE_OPTIMIZE = 28
"""A large table is not compacted for its commits before it has so many."""
COMMITS_BEFORE_OPTIMIZE_SMALL = 100
"""The same of a small one, in which a query looks through all rows anyway. Loading 300 documents one by one takes a
quarter less than with 28."""
COMMITS_PER_LOOK, ROWS_PER_LOOK = 4, 100
"""A write looks whether the table is due after so many commits, or if it has so many rows itself. To look takes a tenth
as long as to write a document."""
UNINDEXED_ROWS_MAX = 2_000
"""How many rows may be outside of an index of a small table; of a large one it is one row in 32."""
COMMITS_LEFT_ALONE = 8
UNINDEXED_ROWS_LEFT_ALONE = 80
"""What is cleared up once nobody writes is more than so much: below, it slows a search down by a millisecond or two."""
INDEXED_FROM_ROWS = 5_000
"""From when on the vectors and what rows are filtered by have indexes."""
SEGMENTS_MAX = 4
"""Each compaction adds a part to the index of the vectors. From so many on it is made anew, as a whole."""
OLD_VERSION_LIFETIME = timedelta(seconds=30)
"""How long the files of an old version stay: longer than any call that still reads them takes."""

VECTOR = "vector"
KEYWORDS = "keywords"
TERMS = "terms"
_BITS = 4
"""Of each number of a vector in the index. Half as many miss one neighbour in a hundred where texts are much alike."""


@dataclass(frozen=True, slots=True)
class TableState:
    """What tells whether a table is due."""

    commits: int
    """Since the last compaction."""
    rows: int
    unindexed: int
    """Rows outside of the index that lacks most."""

    @property
    def due(self) -> bool:
        """Whether it is time to compact and index."""
        # What a compaction costs grows with the rows, what it saves with the commits: the root balances the two.
        commits_max = max(COMMITS_BEFORE_OPTIMIZE, math.isqrt(self.rows) // 12)
        if self.rows < INDEXED_FROM_ROWS:
            commits_max = COMMITS_BEFORE_OPTIMIZE_SMALL
        return self.commits >= commits_max or self.unindexed >= max(UNINDEXED_ROWS_MAX, self.rows // 32)

    @property
    def due_when_idle(self) -> bool:
        """Whether it is worth while once nobody writes."""
        return self.commits > COMMITS_LEFT_ALONE or self.unindexed > UNINDEXED_ROWS_LEFT_ALONE


async def state(table: Any, commits: int) -> TableState:
    """How the table is, `commits` after its last compaction."""
    indexes = await table.list_indices()
    unindexed = max((index.num_unindexed_rows or 0 for index in indexes), default=0)
    return TableState(commits, await table.count_rows(), unindexed)


async def compact(table: Any, dimension: int) -> None:
    """Join the small files, take new rows into the indexes, make the indexes that are missing, and remove the files of
    old versions. Nobody else may write meanwhile; who reads finds all rows all the time."""
    # LanceDB brings a label list up to date in 6 s at 100,000 rows, and makes it in 0.2.
    for found in await table.list_indices():
        if found.columns == [TERMS]:
            await table.drop_index(found.name)
    await _optimize(table)
    if await _index_vectors(table, dimension):
        await _optimize(table)  # files that are in the same part of an index can be joined
    await _index_columns(table)


async def index(table: Any, dimension: int) -> None:
    """Make the indexes that the table should have and has not."""
    await _index_columns(table)
    await _index_vectors(table, dimension)


async def _index_columns(table: Any) -> None:
    there = {column for found in await table.list_indices() for column in found.columns}
    for column, config in _plain_indexes(await table.schema(), await table.count_rows()).items():
        if column not in there:
            await table.create_index(column, config=config)


async def _index_vectors(table: Any, dimension: int) -> bool:
    """Returns whether the index was made."""
    if await table.count_rows() < INDEXED_FROM_ROWS:
        return False
    there = {column: found for found in await table.list_indices() for column in found.columns}
    if VECTOR in there and (there[VECTOR].num_segments or 0) < SEGMENTS_MAX:
        return False
    # In place of the one before: there is always one of the two.
    await table.create_index(VECTOR, config=_vector_index(dimension), replace=True)
    return True


async def _optimize(table: Any) -> None:
    await table.optimize(cleanup_older_than=OLD_VERSION_LIFETIME)


def _plain_indexes(schema: Any, rows: int) -> dict[str, Any]:
    from lancedb.index import FTS, BTree, LabelList

    indexes: dict[str, Any] = {}
    if KEYWORDS in schema.names:  # a table from before has none
        # Terms as they are, between spaces: what there is to do to a word, the analysis has done.
        indexes[KEYWORDS] = FTS(
            base_tokenizer="whitespace",
            max_token_length=None,
            lower_case=False,
            stem=False,
            remove_stop_words=False,
            ascii_folding=False,
        )
    if rows >= INDEXED_FROM_ROWS:
        indexes |= {"id": BTree(), "doc_hash": BTree(), TERMS: LabelList()}
    return indexes


def _vector_index(dimension: int) -> Any:
    from lancedb.index import IvfRq, IvfSq

    if dimension % 8:  # which the smaller index does not take
        return IvfSq(distance_type="cosine")
    return IvfRq(distance_type="cosine", num_bits=_BITS)
