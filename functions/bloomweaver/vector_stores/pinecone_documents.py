"""The vector store on AWS: a Pinecone index, through the Documents API of the SDK `pinecone` 10.

An index holds, per chunk, one document: its vector (`embedding`), its text (`text`), its terms (`keywords`), what a hit
has to show, and the metadata twice. `metadata` has it as JSON: Pinecone makes every number a float, and a search that
does not want the vectors back has to name the fields it wants. The fields `m_<key>` have it for filters; the prefix
keeps a key of the user from passing for a field of ours or for a name that Pinecone reserves.

Keyword search looks in `keywords` alone, by Pinecone's BM25. `text` has full-text search as well, which nothing uses:
without it Pinecone would take it for metadata, and of that a document may have 40 kB in all.

Pinecone is eventually consistent: a write or a delete shows in a search some time after it was accepted. Search makes
up for that by checking its hits against the records.
"""

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from bloomweaver.errors import VectorIndexRejected, VectorIndexThrottled, VectorIndexUnavailable
from bloomweaver.models import folder_path
from bloomweaver.models.chunk import Candidate, Hit, IndexedChunk
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
    Within,
    parse_within,
)
from bloomweaver.vector_stores.pinecone_answers import look_into_types
from bloomweaver.vector_stores.validation import (
    check_chunks,
    check_query,
    check_terms,
    check_top_k,
    cosine,
    decode_metadata,
    encode_metadata,
)

if TYPE_CHECKING:
    from pinecone import Pinecone
    from pinecone.client.documents import Documents
    from pinecone.models.documents.document import Document
    from pinecone.models.indexes.index import IndexModel

MAX_DOCUMENTS_PER_UPSERT = 1_000
MAX_UPSERT_BYTES = 1_900_000
"""Pinecone takes 2 MB a request; the rest is for what lies around the documents."""
MAX_IDS_PER_REQUEST = 1_000
MAX_IDS_PER_PAGE = 100
MAX_TEXTS_PER_FETCH = 12
"""Pinecone's answers have 4 MB at most. A text has 100 kB at most and metadata 40 kB, and JSON may double both."""
MAX_VECTORS_BYTES = 3_500_000
"""How large an answer with vectors may become."""
BYTES_PER_NUMBER = 24
"""Of a vector in JSON, at most: a double, and a comma."""
BYTES_PER_DOCUMENT = 700
"""Of an id, twice, and what lies around it."""
MAX_QUERY_BYTES = 10_000
"""Of the text that one clause of a search asks for."""
MAX_CLAUSES = 100
"""Of a search. A document's score is the sum of those of the clauses that it matches, as if they were one."""
FETCH_THREADS = 8
CREATE_TIMEOUT_SECONDS = 300
TERMINATING = "Terminating"
"""The state of an index that is being deleted."""
RETURN_AT_ONCE = -1
"""The SDK's word for a deletion that nobody waits for."""

VECTOR_FIELD = "embedding"
TEXT_FIELD = "text"
KEYWORDS_FIELD = "keywords"
METADATA_PREFIX = "m_"
FOLDERS_FIELD = "folders"
"""The folders that a document is in or below, the root apart: a key for each."""
FOLDER_KEY_DIGITS = 32
_OPENING = threading.Lock()
"""Opening reads an answer too, and one thread at a time may read its first one: see `pinecone_answers`."""
_CANDIDATE_FIELDS = ["doc_hash", "version"]
_STORED_FIELDS = ["doc_hash", "version", "chunk_id", TEXT_FIELD, "title", "heading", "page", "metadata"]


class PineconeStore:
    """The `VectorStore` in one namespace of a Pinecone index, by cosine similarity.

    Without an `index_host` the first call asks the control plane for it, at `control_url` or, if that is empty, at
    Pinecone's own address. `cloud` and `region` are where `create` makes the index. `timeout_seconds` bounds each
    request, and each is sent once: the SDK's own retries are off. The SDK is imported by the first call. `api_key` is
    asked before each call, and what it raises is raised; with another key than before, the index is opened anew.

    An index from before chunks had keywords can be read and deleted from, so that its documents can be moved. It takes
    no chunk, and knows no keywords.
    """

    def __init__(
        self,
        api_key: Callable[[], str],
        index_name: str,
        dimension: int,
        namespace: str = "__default__",
        *,
        index_host: str = "",
        control_url: str = "",
        cloud: str = "aws",
        region: str = "us-east-1",
        timeout_seconds: float = 10.0,
    ) -> None:
        self._api_key = api_key
        self._index_name = index_name
        self._dimension = dimension
        self._namespace = namespace
        self._index_host = index_host
        self._control_url = control_url
        self._deployment = {"deployment_type": "managed", "cloud": cloud, "region": region}
        self._timeout = timeout_seconds
        self._opened: tuple[str, Documents] | None = None
        self._has_keywords = True
        """As far as is known: of an index whose host was given, nothing is."""

    def create(self) -> None:
        """Create the index and wait until it is ready, if it is not there. Raises `VectorIndexRejected` if one with
        other fields, another dimension or another metric is, or in another cloud or region."""
        from pinecone import ConflictError, NotFoundError

        with _pinecone_errors(), self._control_plane() as control_plane:
            indexes = control_plane.indexes
            try:
                index = indexes.describe(self._index_name)
            except NotFoundError:
                try:
                    index = indexes.create(
                        name=self._index_name,
                        schema=self._schema(),
                        deployment=self._deployment,
                        timeout=CREATE_TIMEOUT_SECONDS,
                    )
                except ConflictError:  # another process was faster
                    index = indexes.describe(self._index_name)
        self._check_place(index)
        self._check_schema(index)
        self._check_takes_keywords()

    def drop(self) -> None:
        """Have the index deleted with everything in it, in all namespaces. One that is not there is none too many.

        Returns as soon as Pinecone has taken it on: that it is gone takes minutes, see `exists`.
        """
        from pinecone import NotFoundError

        with _pinecone_errors(), self._control_plane() as control_plane:
            try:
                if control_plane.indexes.describe(self._index_name).status.state != TERMINATING:
                    control_plane.indexes.delete(self._index_name, timeout=RETURN_AT_ONCE)
            except NotFoundError:
                return
            finally:
                self._opened = None

    def exists(self) -> bool:
        """See `VectorStore`."""
        from pinecone import NotFoundError

        with _pinecone_errors(), self._control_plane() as control_plane:
            try:
                control_plane.indexes.describe(self._index_name)
            except NotFoundError:
                return False
        return True

    def upsert(self, chunks: Sequence[IndexedChunk]) -> None:
        """Store the chunks, in as few requests as Pinecone's limits allow; one with an id that is stored already
        replaces it. If a request fails, those before it have stored their chunks."""
        if not chunks:
            return
        check_chunks(chunks, self._dimension)
        with _pinecone_errors():
            self._open()
            self._check_takes_keywords()
            for batch in _batches([_document(chunk) for chunk in chunks]):
                stored = self._open().upsert(namespace=self._namespace, documents=batch).upserted_count
                if stored != len(batch):
                    raise VectorIndexUnavailable(f"Pinecone: stored {stored} of {len(batch)} documents")

    def delete(self, ids: Sequence[str]) -> None:
        """Remove the vectors with these ids; one that is not there is none too many."""
        with _pinecone_errors():
            for start in range(0, len(ids), MAX_IDS_PER_REQUEST):
                with _missing_namespace_is_empty():
                    self._open().delete(namespace=self._namespace, ids=ids[start : start + MAX_IDS_PER_REQUEST])

    def query(
        self, vector: Sequence[float], top_k: int, filter: Filter | None = None, folder: str | None = None
    ) -> list[Candidate]:
        """The nearest chunks that pass the filter and are within the folder, at most `top_k`, the nearest first.

        Raises `InvalidFilter` for a filter that is not of the language.
        """
        check_query(vector, self._dimension, top_k)
        near = [{"type": "dense_vector", "field": VECTOR_FIELD, "values": list(vector)}]
        matches = self._search(near, top_k, parse_within(filter, folder))
        return [_candidate(match, max(-1.0, min(1.0, score))) for match, score in matches]

    def query_keywords(
        self, terms: Sequence[str], top_k: int, filter: Filter | None = None, folder: str | None = None
    ) -> list[Candidate]:
        """See `VectorStore`. Raises `InvalidFilter` for a filter that is not of the language."""
        check_terms(terms)
        check_top_k(top_k)
        with _pinecone_errors():
            self._open()
        self._check_takes_keywords()
        condition = parse_within(filter, folder)
        if not terms:
            return []
        return [_candidate(match, score) for match, score in self._search(_clauses(terms), top_k, condition)]

    def cosines(self, vector: Sequence[float], ids: Sequence[str]) -> dict[str, float]:
        """See `VectorStore`. So few at a time that no answer is larger than Pinecone allows."""
        check_query(vector, self._dimension, top_k=1)
        per_answer = MAX_VECTORS_BYTES // (BYTES_PER_NUMBER * self._dimension + BYTES_PER_DOCUMENT)
        found = self._fetch(ids, [VECTOR_FIELD], max(1, min(per_answer, MAX_IDS_PER_REQUEST)))
        with _written_by_us("a vector"):
            return {id_: cosine(vector, document.get(VECTOR_FIELD)) for id_, document in found.items()}

    def complete(self, candidates: Sequence[Candidate]) -> list[Hit]:
        """See `VectorStore`. So few at a time that no answer is larger than Pinecone allows."""
        found = self._fetch([candidate.id for candidate in candidates], _STORED_FIELDS, MAX_TEXTS_PER_FETCH)
        return [_hit(candidate, found[candidate.id]) for candidate in candidates if candidate.id in found]

    def ids(self, doc_hash: str) -> list[str]:
        """The ids of all vectors of a document, sorted."""
        ids: list[str] = []
        with _pinecone_errors(), _missing_namespace_is_empty():
            ids.extend(entry.id for entry in self._open().list(namespace=self._namespace, prefix=f"{doc_hash}#"))
        return sorted(ids)

    def page_of_ids(self, limit: int, cursor: str | None) -> IdPage:
        """See `VectorStore`. Takes several requests; the cursor is Pinecone's token."""
        ids: list[str] = []
        token = cursor
        with _pinecone_errors(), _missing_namespace_is_empty():
            while len(ids) < limit:
                size = min(MAX_IDS_PER_PAGE, limit - len(ids))
                listing = self._open().list(namespace=self._namespace, limit=size, pagination_token=token)
                page = next(iter(listing.pages()))
                ids.extend(entry.id for entry in page.items)
                token = page.pagination_token
                if token is None:
                    break
        return IdPage(ids, token)

    def existing(self, ids: Sequence[str]) -> set[str]:
        """See `VectorStore`."""
        found: set[str] = set()
        with _pinecone_errors(), _missing_namespace_is_empty():
            for start in range(0, len(ids), MAX_IDS_PER_REQUEST):
                batch = ids[start : start + MAX_IDS_PER_REQUEST]
                # Without a name it would send every field, vectors too.
                answer = self._open().fetch(namespace=self._namespace, ids=batch, include_fields=["version"])
                found.update(answer.documents)
        return found

    def _search(
        self, score_by: list[dict[str, Any]], top_k: int, condition: Condition | None
    ) -> list[tuple["Document", float]]:
        """What meets the condition and scores best, with its score."""
        matches: list[Document] = []
        with _pinecone_errors(), _missing_namespace_is_empty():
            response = self._open().search(
                namespace=self._namespace,
                score_by=score_by,
                top_k=top_k,
                include_fields=_CANDIDATE_FIELDS,
                filter=None if condition is None else _pinecone_filter(condition),
            )
            matches = response.matches
        return [(match, _score(match)) for match in matches]

    def _fetch(self, ids: Sequence[str], fields: list[str], at_a_time: int) -> dict[str, "Document"]:
        """These fields of the documents that are there, by id."""
        found: dict[str, Document] = {}

        def fetch(start: int) -> None:
            batch = ids[start : start + at_a_time]
            with _missing_namespace_is_empty():
                answer = documents.fetch(namespace=self._namespace, ids=batch, include_fields=fields)
                found.update(answer.documents)

        with _pinecone_errors():
            documents = self._open()
            with ThreadPoolExecutor(FETCH_THREADS) as pool:
                for _ in pool.map(fetch, range(0, len(ids), at_a_time)):
                    pass
        return found

    def _open(self) -> "Documents":
        """The index's documents, through a client that does not retry.

        The SDK's public way to them (`Pinecone.index`) retries each request three times and waits up to a minute
        between, and takes no setting for it; hence its parts, of exactly the version in the requirements.
        """
        key = self._api_key()
        with _OPENING:
            return self._opened_with(key)

    def _opened_with(self, key: str) -> "Documents":
        if self._opened is None or self._opened[0] != key:
            from pinecone import RetryConfig
            from pinecone._internal.config import PineconeConfig
            from pinecone._internal.constants import DATA_PLANE_API_VERSION
            from pinecone._internal.http_client import HTTPClient
            from pinecone.client.documents import Documents

            look_into_types()
            host = self._index_host or self._look_up_host()
            config = PineconeConfig(
                api_key=key, host=host, timeout=self._timeout, retry_config=RetryConfig(max_retries=0)
            )
            self._opened = key, Documents(http=HTTPClient(config, DATA_PLANE_API_VERSION), host=config.host)
        return self._opened[1]

    def _look_up_host(self) -> str:
        with self._control_plane() as control_plane:
            index = control_plane.indexes.describe(self._index_name)
        self._check_place(index)
        self._check_schema(index)
        if index.host is None or not index.status.ready:
            raise VectorIndexUnavailable(f"Pinecone: the index {self._index_name!r} is {index.status.state}")
        return index.host

    def _control_plane(self) -> "Pinecone":
        from pinecone import Pinecone, RetryConfig

        return Pinecone(
            api_key=self._api_key(),
            host=self._control_url,
            timeout=self._timeout,
            retry_config=RetryConfig(max_retries=0),
        )

    def _schema(self) -> dict[str, Any]:
        return {
            "fields": {
                VECTOR_FIELD: {"type": "dense_vector", "dimension": self._dimension, "metric": "cosine"},
                TEXT_FIELD: {"type": "string", "full_text_search": {}},
                KEYWORDS_FIELD: {"type": "string", "full_text_search": {}},
            }
        }

    def _check_place(self, index: "IndexModel") -> None:
        """Text must not go to another place than the one that somebody chose."""
        if index.deployment is None:
            return
        found = (getattr(index.deployment, "cloud", None), getattr(index.deployment, "region", None))
        wanted = (self._deployment["cloud"], self._deployment["region"])
        if None not in found and found != wanted:
            here, there = " ".join(map(str, found)), " ".join(wanted)
            raise VectorIndexRejected(
                f"Pinecone: the index {self._index_name!r} lies in {here}, not in {there}: name its cloud and region, "
                "or use another name"
            )

    def _check_schema(self, index: "IndexModel") -> None:
        """Refuse an index that cannot be read, and note whether it has keywords."""
        from pinecone.models.indexes.schema import DenseVectorField, StringField

        vector, text, keywords = (index.schema.fields.get(name) for name in (VECTOR_FIELD, TEXT_FIELD, KEYWORDS_FIELD))
        if not isinstance(vector, DenseVectorField) or vector.metric != "cosine":
            found = f"no field {VECTOR_FIELD!r} with cosine vectors"
        elif vector.dimension != self._dimension:
            found = f"vectors of {vector.dimension} numbers, not {self._dimension}"
        elif not isinstance(text, StringField) or text.full_text_search is None:
            found = f"no field {TEXT_FIELD!r} with full-text search"
        else:
            words = keywords.full_text_search if isinstance(keywords, StringField) else None
            self._has_keywords = words is not None and not (words.stemming or words.stop_words or words.ngram)
            return
        raise VectorIndexRejected(
            f"Pinecone: the index {self._index_name!r} has {found}: use another name, or delete it and index again"
        )

    def _check_takes_keywords(self) -> None:
        if not self._has_keywords:
            raise VectorIndexRejected(
                f"Pinecone: the index {self._index_name!r} has no field {KEYWORDS_FIELD!r} with plain full-text "
                "search, as it is from before keyword search, and can only be read and deleted from: set "
                "VectorIndexName to a new name, and run `bloomweaver reindex`, which moves the documents"
            )


@contextmanager
def _pinecone_errors() -> Iterator[None]:
    """The SDK's errors as ours."""
    from pinecone import (
        ApiError,
        PineconeConnectionError,
        PineconeError,
        PineconeTimeoutError,
        RateLimitError,
        ServiceError,
    )
    from pinecone.errors import ResponseParsingError

    try:
        yield
    except RateLimitError as error:
        raise VectorIndexThrottled(f"Pinecone: {error}", retry_after=error.retry_after) from error
    except (ServiceError, PineconeTimeoutError, PineconeConnectionError, ResponseParsingError) as error:
        raise VectorIndexUnavailable(f"Pinecone: {error}") from error
    except ApiError as error:
        if error.status_code in (408, 425):
            raise VectorIndexUnavailable(f"Pinecone: {error}") from error
        raise VectorIndexRejected(f"Pinecone: {error}") from error
    except PineconeError as error:  # the arguments, or an index that failed to start or is being deleted
        raise VectorIndexRejected(f"Pinecone: {error}") from error


@contextmanager
def _missing_namespace_is_empty() -> Iterator[None]:
    """A namespace comes into being with its first document; before, it holds nothing and has nothing to delete."""
    from pinecone import NotFoundError

    try:
        yield
    except NotFoundError as error:
        if "namespace" not in error.message.lower():
            raise


def _document(chunk: IndexedChunk) -> dict[str, Any]:
    document: dict[str, Any] = {
        "_id": chunk.id,
        VECTOR_FIELD: chunk.vector,
        TEXT_FIELD: chunk.text,
        "doc_hash": chunk.doc_hash,
        "version": chunk.version,
        "chunk_id": chunk.chunk_id,
        "metadata": encode_metadata(chunk),
    }
    keywords = chunk.keywords or None
    optional = {KEYWORDS_FIELD: keywords, "title": chunk.title, "heading": chunk.heading, "page": chunk.page}
    document.update((name, value) for name, value in optional.items() if value is not None)
    if folders := folder_path.holders(chunk.folder)[1:]:
        document[FOLDERS_FIELD] = [_folder_key(folder) for folder in folders]
    document.update((METADATA_PREFIX + key, value) for key, value in chunk.metadata.items())
    return document


def _folder_key(folder: str) -> str:
    """A digest, since the paths of all folders above a document may be a large part of the 40 kB of its metadata."""
    return hashlib.sha256(folder.encode()).hexdigest()[:FOLDER_KEY_DIGITS]


def _batches(documents: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The documents in lists that each fit into one request. A document that is too large by itself goes alone, and
    Pinecone refuses it."""
    import orjson

    batch: list[dict[str, Any]] = []
    batch_bytes = 0
    for document in documents:
        try:
            document_bytes = len(orjson.dumps(document)) + 1
        except TypeError as error:
            raise VectorIndexRejected(f"{document['_id']}: {error}") from error
        if batch and (len(batch) == MAX_DOCUMENTS_PER_UPSERT or batch_bytes + document_bytes > MAX_UPSERT_BYTES):
            yield batch
            batch, batch_bytes = [], 0
        batch.append(document)
        batch_bytes += document_bytes
    yield batch


def _clauses(terms: Sequence[str]) -> list[dict[str, Any]]:
    """Each term once, in as few clauses as Pinecone takes. Nothing in them is syntax."""
    queries: list[list[str]] = []
    room = 0
    for term in dict.fromkeys(terms):
        size = len(term.encode()) + 1
        if size > room:
            queries.append([])
            room = MAX_QUERY_BYTES
        queries[-1].append(term)
        room -= size
    if len(queries) > MAX_CLAUSES:
        raise VectorIndexRejected(f"Pinecone: {len(terms)} terms are more than one search takes")
    return [{"type": "text", "fields": [KEYWORDS_FIELD], "query": " ".join(query)} for query in queries]


def _score(match: "Document") -> float:
    if match.score is None:
        raise VectorIndexUnavailable(f"Pinecone: the match {match.id} came without a score")
    return match.score


def _candidate(match: "Document", score: float) -> Candidate:
    fields = {name: match.get(name) for name in _CANDIDATE_FIELDS}
    with _written_by_us(match.id):
        return Candidate(id=match.id, score=score, **fields)


def _hit(candidate: Candidate, document: "Document") -> Hit:
    fields = {name: document.get(name) for name in _STORED_FIELDS}
    with _written_by_us(candidate.id):
        fields["metadata"] = decode_metadata(fields["metadata"])
        return Hit(id=candidate.id, score=candidate.score, **fields)


@contextmanager
def _written_by_us(id_: str) -> Iterator[None]:
    try:
        yield
    except (ValidationError, TypeError, ValueError) as error:
        raise VectorIndexRejected(f"Pinecone: {id_} is not a document that Bloomweaver wrote: {error}") from error


def _pinecone_filter(condition: Condition) -> dict[str, Any]:
    """The condition in Pinecone's filter language, with `$exists` where that leaves a missing key undefined."""
    match condition:
        case Equal(key, value):
            return {METADATA_PREFIX + key: {"$eq": value}}
        case NotEqual(key, value):
            return _existing(key, {"$ne": value})
        case In(key, values):
            return {METADATA_PREFIX + key: {"$in": list(values)}}
        case NotIn(key, values):
            return _existing(key, {"$nin": list(values)})
        case Exists(key, present):
            return {METADATA_PREFIX + key: {"$exists": present}}
        case Compare(key, operator, number):
            return {METADATA_PREFIX + key: {operator: number}}
        case Within(folder):
            return {FOLDERS_FIELD: {"$eq": _folder_key(folder)}}
        case And(conditions):
            return {"$and": [_pinecone_filter(member) for member in conditions]}
        case Or(conditions):
            return {"$or": [_pinecone_filter(member) for member in conditions]}


def _existing(key: str, condition: dict[str, Any]) -> dict[str, Any]:
    name = METADATA_PREFIX + key
    return {"$and": [{name: {"$exists": True}}, {name: condition}]}
