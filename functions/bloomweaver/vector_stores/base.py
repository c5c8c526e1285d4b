"""What the pipeline and the search ask of a vector store. A new store is one file here and a line in the registry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bloomweaver.models.chunk import Candidate, Hit, IndexedChunk

Filter = Mapping[str, Any]
"""A condition on metadata, in the operators that `bloomweaver.vector_stores.filters` names."""


@dataclass(frozen=True)
class IdPage:
    """Some ids of an index, and the cursor of the page after them if there is one."""

    ids: list[str]
    cursor: str | None


class VectorStore(Protocol):
    """An index of chunks by vector.

    Every call raises `VectorIndexThrottled` or `VectorIndexUnavailable` where a later try may succeed, and
    `VectorIndexRejected` where it would not. A call that returns has done all of its work: a write that stored only a
    part of a batch raises `VectorIndexUnavailable`, and repeating it is safe.
    """

    def create(self) -> None:
        """Create the index with its schema, if it is not there. Raises `VectorIndexRejected` if one of another
        dimension is."""

    def drop(self) -> None:
        """Have the index deleted with everything in it, without waiting until it is gone. One that is not there is none
        too many."""

    def exists(self) -> bool:
        """Whether there is such an index, or one that is being deleted."""

    def upsert(self, chunks: Sequence[IndexedChunk]) -> None:
        """Store the chunks; one with an id that is stored already replaces it."""

    def delete(self, ids: Sequence[str]) -> None:
        """Remove the vectors with these ids; one that is not there is none too many."""

    def query(
        self, vector: Sequence[float], top_k: int, filter: Filter | None = None, folder: str | None = None
    ) -> Sequence[Candidate]:
        """The nearest chunks by cosine similarity, at most `top_k`, the nearest first.

        Of those that pass the filter and are in `folder` or below it.
        """

    def query_keywords(
        self, terms: Sequence[str], top_k: int, filter: Filter | None = None, folder: str | None = None
    ) -> Sequence[Candidate]:
        """The chunks that have one of the terms in their `keywords`, by BM25, at most `top_k`, the best first.

        A term is what `bloomweaver.analysis` makes: letters and digits, never syntax. Scores are above 0, and compare
        within one answer alone. No terms find nothing.
        """

    def cosines(self, vector: Sequence[float], ids: Sequence[str]) -> dict[str, float]:
        """The cosine similarity of `vector` to each of these chunks that is stored, by id."""

    def complete(self, candidates: Sequence[Candidate]) -> list[Hit]:
        """Candidates of this store with their texts, in the same order. One that was removed meanwhile is left out.

        Apart from `query`, since of a thousand candidates at most a hundred are shown, and the texts of all may be more
        than a store answers at once.
        """

    def ids(self, doc_hash: str) -> list[str]:
        """The ids of all vectors of a document, sorted."""

    def page_of_ids(self, limit: int, cursor: str | None) -> IdPage:
        """The ids of the whole index in sorted order, at most `limit` from `cursor` on (none: from the start).

        What is stored before the first page and not removed until the last one is in one of them.
        """

    def existing(self, ids: Sequence[str]) -> set[str]:
        """Those of the ids that are stored."""
