"""An index in memory with documents of one passage, and searches in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event

from bloomweaver import keys
from bloomweaver.analysis import passage_keywords
from bloomweaver.errors import VectorIndexUnavailable
from bloomweaver.models.chunk import Candidate, IndexedChunk
from bloomweaver.models.record import DocumentRecord, Operation, Status
from bloomweaver.ports import EncodedQuery, Reranker
from bloomweaver.search.answer import SearchAnswer
from bloomweaver.search.listing import Reranking
from bloomweaver.search.request import SearchRequest
from bloomweaver.search.search import Search
from bloomweaver.vector_stores.base import Filter, VectorStore
from tests.fakes import INDEX, MemoryEpochs, MemoryIndexes, MemoryRecords, MemoryStandings, MemoryVectors, memory_stores

DEPTH = 10
DENSE_SECONDS = 10.0
NOW = "2026-01-01T00:00:00.000000+00:00"


@dataclass
class Breakable(MemoryVectors):
    """A store whose legs fail when they are told to."""

    broken: set[str] = field(default_factory=set)
    """`dense`, `keyword`."""
    filters: list[Filter | None] = field(default_factory=list)
    meanwhile: Callable[[], None] | None = None
    """What happens after the dense leg has answered and before the keyword leg does, once."""
    answered: Event = field(default_factory=Event)
    completed: list[str] = field(default_factory=list)
    """The ids whose texts were asked for."""

    def query(
        self, vector: Sequence[float], top_k: int, filter: Filter | None = None, folder: str | None = None
    ) -> list[Candidate]:
        self._asked("dense", filter)
        found = super().query(vector, top_k, filter, folder)
        self.answered.set()
        return found

    def query_keywords(
        self, terms: Sequence[str], top_k: int, filter: Filter | None = None, folder: str | None = None
    ) -> list[Candidate]:
        self._asked("keyword", filter)
        if self.meanwhile is not None:
            assert self.answered.wait(DENSE_SECONDS)
            self.meanwhile()
            self.meanwhile = None
        return super().query_keywords(terms, top_k, filter, folder)

    def cosines(self, vector: Sequence[float], ids: Sequence[str]) -> dict[str, float]:
        return {hit.id: hit.score for hit in MemoryVectors.query(self, vector, len(self.chunks)) if hit.id in ids}

    def complete(self, candidates: Sequence[Candidate]) -> list:  # type: ignore[type-arg]
        self.completed += [candidate.id for candidate in candidates]
        return super().complete(candidates)

    def _asked(self, leg: str, filter: Filter | None) -> None:
        self.filters.append(filter)
        if leg in self.broken:
            raise VectorIndexUnavailable(f"no {leg} today")


class Encoder:
    """Every query points in the same direction: a document's similarity is the first number of its vector."""

    def encode_query(self, text: str) -> EncodedQuery:
        return EncodedQuery([1.0, 0.0])


class Shelf:
    """Documents by name, each with a text and a similarity to every query."""

    def __init__(self, reranker: Reranker | None = None, *, rerank_candidates: int = 50) -> None:
        self.records = MemoryRecords()
        self.vectors = Breakable()
        stores: dict[str, VectorStore] = {INDEX: self.vectors}
        self.search = Search(
            MemoryStandings(self.records, MemoryEpochs()),
            memory_stores(stores, MemoryIndexes()),
            lambda _: Encoder(),
            depth=DEPTH,
            candidates_max=50,
            reranking=Reranking(reranker, rerank_candidates) if reranker else None,
        )

    def put(self, doc_hash: str, text: str, similarity: float, version: int = 1) -> None:
        """Publish a version of a document; what there was of it before stays in the index."""
        chunk = IndexedChunk(
            id=keys.vector_id(doc_hash, version, 0),
            doc_hash=doc_hash,
            version=version,
            chunk_id=keys.chunk_id(version, 0),
            text=text,
            vector=[similarity, 0.0],
            keywords=passage_keywords(text, title=None, heading=None, language="en"),
        )
        self.vectors.upsert([chunk])
        self.records.records[doc_hash] = DocumentRecord(
            doc_hash=doc_hash,
            version=version,
            indexed_version=version,
            status=Status.INDEXED,
            operation=Operation.CREATE,
            chunk_count=1,
            index=INDEX,
            correlation_id="c",
            created_at=NOW,
            updated_at=NOW,
        )

    def forget(self, doc_hash: str) -> None:
        """Delete a document whose vectors are still in the index."""
        del self.records.records[doc_hash]

    def ask(self, query: str, **request: object) -> SearchAnswer:
        """The answer to a query."""
        return self.search.run(SearchRequest.model_validate({"query": query, **request})).answer

    def found(self, query: str, **request: object) -> list[str]:
        """The documents that a query finds, the best first."""
        return [hit.doc_hash for hit in self.ask(query, **request).results]

    def pages(self, query: str, **request: object) -> list[list[str]]:
        """The documents on every page of a query."""
        pages, cursor = [], None
        while True:
            answer = self.ask(query, cursor=cursor, **request) if cursor else self.ask(query, **request)
            pages.append([hit.doc_hash for hit in answer.results])
            cursor = answer.cursor
            if cursor is None:
                return pages
