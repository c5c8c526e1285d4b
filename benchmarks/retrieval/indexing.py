"""A set in a vector index, by the product's own code: cut, analysed, embedded, and stored in LanceDB in a directory."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
from tokenizers import Tokenizer

from benchmarks.retrieval.sets import Item, RetrievalSet
from bloomweaver import keys
from bloomweaver.analysis import ANALYSER_VERSION, detect_language, passage_keywords
from bloomweaver.content import EXTRACTOR_VERSION, extract
from bloomweaver.indexes.stores import IndexStores
from bloomweaver.models.chunk import IndexedChunk, Passage
from bloomweaver.models.index_card import IndexCard, IndexSettings
from bloomweaver.passages.chunking import Chunker
from bloomweaver.ports import EncodedQuery, Indexes, ServedVersion, Standing, Standings
from bloomweaver.settings import Settings
from bloomweaver.vector_stores.lance import LanceStore
from embedding_service.encoder.encoder import Encoder
from embedding_service.encoder.engine import Matrix
from embedding_service.encoder.tokenizer import load_tokenizer

INDEX = "retrieval"
VERSION = 1
DOCUMENT = "document"
"""The key of a passage's metadata by which a filter leaves a document out."""
CHUNKS_PER_UPSERT = 1000
_NOW = "2026-01-01T00:00:00.000000+00:00"


class Model:
    """The embedding model: for passages as the service runs it, for queries as search does."""

    def __init__(self, name: str, vectors: Path | None = None) -> None:
        """`vectors` is a folder in which the vectors of passages are kept for the next run; none keeps nothing."""
        self.name = name
        self.tokenizer: Tokenizer = load_tokenizer(name)
        self._encoder = Encoder(name)
        self._of_queries = Encoder(name, streams=1)
        self._vectors = vectors

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return self._encoder.spec.dimension

    def passages(self, texts: Sequence[str]) -> Matrix:
        """The vectors of passages, a row a text."""
        if self._vectors is None:
            return self._encoder.encode(texts, truncate=True, prompt="passage")
        digest = hashlib.sha256("\0".join([self.name, *texts]).encode()).hexdigest()
        kept = self._vectors / f"{digest}.npy"
        if not kept.is_file():
            self._vectors.mkdir(parents=True, exist_ok=True)
            np.save(kept, self._encoder.encode(texts, truncate=True, prompt="passage"))
        return cast(Matrix, np.load(kept))

    def encode_query(self, text: str) -> EncodedQuery:
        """See `QueryEncoder`."""
        vector, windows = self._of_queries.encode_query(text)
        return EncodedQuery([float(value) for value in vector], windows)


@dataclass(frozen=True)
class IndexedSet:
    """A set that can be searched."""

    source: RetrievalSet
    stores: IndexStores
    store: LanceStore
    standings: Standings
    documents: dict[str, str]
    """The id of each document in the set, by its `doc_hash`: a set's own ids may hold anything."""
    passages: int


def index(source: RetrievalSet, model: Model, folder: Path) -> IndexedSet:
    """Index every document of the set in `folder`."""
    chunker = Chunker(model.tokenizer, *_limits())
    documents = {f"document-{number:07d}": id_ for number, id_ in enumerate(source.documents)}
    chunks = [
        chunk for doc_hash, id_ in documents.items() for chunk in _chunks(doc_hash, source.documents[id_], chunker)
    ]
    vectors = model.passages([chunk.text for chunk in chunks])
    chunks = [
        chunk.model_copy(update={"vector": [float(value) for value in vector]})
        for chunk, vector in zip(chunks, vectors, strict=True)
    ]
    store = LanceStore(str(folder), INDEX, model.dimension)
    store.create()
    for start in range(0, len(chunks), CHUNKS_PER_UPSERT):
        store.upsert(chunks[start : start + CHUNKS_PER_UPSERT])
    store.optimize()
    max_tokens, overlap = _limits()
    settings = IndexSettings(
        model=model.name,
        dimension=model.dimension,
        chunk_max_tokens=max_tokens,
        chunk_overlap_tokens=overlap,
        extractor_version=EXTRACTOR_VERSION,
        analyser_version=ANALYSER_VERSION,
    )
    stores = IndexStores(cast(Indexes, _NoCards()), lambda _name, _dimension: store, INDEX, settings)
    return IndexedSet(source, stores, store, _Served(), documents, len(chunks))


def content(document: Item) -> str:
    """A document as somebody sends it: of plain text, its title stands above its text."""
    is_bare = document.content_type == "text/plain" and document.title
    return f"{document.title}\n\n{document.text}" if is_bare else document.text


def _limits() -> tuple[int, int]:
    fields = Settings.model_fields
    return int(fields["chunk_max_tokens"].default), int(fields["chunk_overlap_tokens"].default)


def _chunks(doc_hash: str, document: Item, chunker: Chunker) -> Iterable[IndexedChunk]:
    """The passages of a document, without their vectors."""
    if not content(document).strip():
        return
    extracted = extract(document.content_type, content(document).encode())
    language = detect_language("\n".join(block.text for block in extracted.blocks))
    for number, passage in enumerate(chunker.split(extracted)):
        yield _chunk(doc_hash, number, passage, document.title or None, language)


def _chunk(doc_hash: str, number: int, passage: Passage, title: str | None, language: str | None) -> IndexedChunk:
    return IndexedChunk(
        id=keys.vector_id(doc_hash, VERSION, number),
        doc_hash=doc_hash,
        version=VERSION,
        chunk_id=keys.chunk_id(VERSION, number),
        text=passage.text,
        vector=[],
        title=title,
        heading=passage.heading,
        metadata={DOCUMENT: doc_hash},
        keywords=passage_keywords(passage.text, title=title, heading=passage.heading, language=language),
    )


class _Served:
    """Implements `Standings`: every document is served from the index."""

    def read(self, doc_hashes: Iterable[str], *, epoch: bool = False) -> Standing:
        return Standing({doc_hash: ServedVersion(VERSION, INDEX) for doc_hash in doc_hashes}, None)


class _NoCards:
    """Cards of no other index than the one that is searched."""

    def all(self) -> list[IndexCard]:
        return []
