"""One index in memory: its schema, what it accepts, how it ranks, and when a write shows."""

import math
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.pinecone_stub.errors import InvalidArgumentError, NotFoundError
from tests.pinecone_stub.text_search import TextIndex, tokens
from tests.pinecone_stub.wire_filter import passes

MAX_DOCUMENTS = 1_000
MAX_IDS = 1_000
MAX_ID_CHARACTERS = 512
MAX_TEXT_BYTES = 100_000
MAX_METADATA_BYTES = 40_000
MAX_RESULT_BYTES = 4_000_000
MAX_TOP_K = 10_000
MAX_TOKENS = 10_000
"""Of a field with full-text search."""
MAX_QUERY_BYTES = 10_000
MAX_CLAUSES = 100
LIST_PAGE = 100

Document = dict[str, Any]


@dataclass
class Consistency:
    """When a write shows in reads: after `delay_seconds`, or, if that is none, when `flush` is called."""

    delay_seconds: float | None = 0.0
    ne_finds_missing: bool = False


@dataclass
class _Namespace:
    """What reads see, and the writes that they do not see yet, each with the time it is due (none: at a flush)."""

    visible: dict[str, Document] = field(default_factory=dict)
    pending: list[tuple[float | None, dict[str, Document | None]]] = field(default_factory=list)
    matrix: tuple[list[str], npt.NDArray[np.float64]] | None = None
    texts: dict[str, TextIndex] = field(default_factory=dict)
    """By field. It and the matrix are made when a search asks for them, of what is visible then."""


class StubIndex:
    """An index with a document schema. Raises `RefusedError` as Pinecone would refuse. Safe between threads."""

    def __init__(
        self, schema: dict[str, Any], consistency: Consistency, deployment: dict[str, Any] | None = None
    ) -> None:
        self.schema = schema
        self.deployment = deployment or {"deployment_type": "managed", "cloud": "aws", "region": "us-east-1"}
        self.terminating = False
        self._fields: dict[str, dict[str, Any]] = schema["fields"]
        self._consistency = consistency
        self._lock = threading.Lock()
        self._namespaces: dict[str, _Namespace] = {}

    def upsert(self, namespace: str, documents: Any) -> int:
        """Store the documents, all or none. Returns how many."""
        if not isinstance(documents, list) or not 1 <= len(documents) <= MAX_DOCUMENTS:
            raise InvalidArgumentError(f"'documents' must hold 1 to {MAX_DOCUMENTS} documents")
        changes: dict[str, Document | None] = {self._checked_id(one): self._checked(one) for one in documents}
        with self._lock:
            self._write(self._namespaces.setdefault(namespace, _Namespace()), changes)
        return len(documents)

    def delete(self, namespace: str, ids: Any) -> None:
        """Delete by id; an id that is not there does not matter, a namespace does."""
        _check_ids(ids)
        with self._lock:
            if namespace not in self._namespaces:
                raise NotFoundError(f"Namespace {namespace!r} not found")
            self._write(self._namespaces[namespace], dict.fromkeys(ids))

    def search(
        self, namespace: str, score_by: Any, top_k: Any, include_fields: list[str], filter: dict[str, Any] | None
    ) -> list[Document]:
        """The best documents by cosine similarity or BM25, each with `_score` and the fields asked for."""
        if isinstance(top_k, bool) or not isinstance(top_k, int) or not 1 <= top_k <= MAX_TOP_K:
            raise InvalidArgumentError(f"'top_k' must be between 1 and {MAX_TOP_K}")
        if not isinstance(score_by, list) or not 1 <= len(score_by) <= MAX_CLAUSES:
            raise InvalidArgumentError(f"'score_by' must hold 1 to {MAX_CLAUSES} clauses")
        types = {clause.get("type") for clause in score_by}
        if types == {"dense_vector"} and len(score_by) == 1:
            visible, scores = self._by_vector(namespace, score_by[0])
        elif types == {"text"}:
            visible, scores = self._by_text(namespace, score_by)
        else:
            raise InvalidArgumentError("the stub scores by one dense_vector clause, or by text clauses")
        matches: list[Document] = []
        for one, score in sorted(scores.items(), key=lambda item: -item[1]):
            document = visible[one]
            if filter is None or self._passes(filter, document):
                matches.append({"_id": one, "_score": float(np.float32(score)), **_project(document, include_fields)})
                if len(matches) == top_k:
                    break
        return matches

    def _by_vector(self, namespace: str, clause: dict[str, Any]) -> tuple[dict[str, Document], Mapping[str, float]]:
        name = "".join(_fields(clause))
        query = np.asarray(self._checked_vector(name, clause.get("values")), dtype=np.float64)
        with self._lock:
            visible = self._read(namespace)
            ids, matrix = self._matrix(namespace, name)
        if not ids:
            return visible, {}
        scores = np.clip(matrix @ (query / np.linalg.norm(query)), -1, 1)
        return visible, dict(zip(ids, scores.tolist(), strict=True))

    def _by_text(
        self, namespace: str, clauses: list[dict[str, Any]]
    ) -> tuple[dict[str, Document], Mapping[str, float]]:
        """Clauses are joined by OR, and their scores added up. One that is repeated counts once."""
        asked = {(name, self._checked_query(clause)) for clause in clauses for name in self._checked_texts(clause)}
        with self._lock:
            visible = self._read(namespace)
            found = [self._texts(namespace, name).scores(set(tokens(query))) for name, query in asked]
        ids = {one for scores in found for one in scores}
        return visible, {one: sum(scores.get(one, 0.0) for scores in found) for one in ids}

    def _checked_texts(self, clause: dict[str, Any]) -> list[str]:
        names = _fields(clause)
        for name in names:
            if self._fields.get(name, {}).get("full_text_search") is None:
                raise InvalidArgumentError(f"{name!r} is not a field of the index with full_text_search")
        return names

    def _checked_query(self, clause: dict[str, Any]) -> str:
        query = clause.get("query")
        if not isinstance(query, str) or not query.strip():
            raise InvalidArgumentError("'query' must not be empty")
        if len(query.encode()) > MAX_QUERY_BYTES:
            raise InvalidArgumentError(f"'query' has more than {MAX_QUERY_BYTES} bytes")
        return query

    def fetch(self, namespace: str, ids: Any, include_fields: list[str]) -> dict[str, Document]:
        """The documents that are there, by id."""
        _check_ids(ids)
        with self._lock:
            visible = self._read(namespace)
        wanted = include_fields or ["*"]
        return {one: {"_id": one, **_project(visible[one], wanted)} for one in ids if one in visible}

    def list_ids(self, namespace: str, prefix: str, limit: Any, after: str) -> tuple[list[str], bool]:
        """A page of ids in sorted order, and whether there are more."""
        if not isinstance(limit, int) or not 1 <= limit <= LIST_PAGE:
            raise InvalidArgumentError(f"'limit' must be between 1 and {LIST_PAGE}")
        with self._lock:
            ids = sorted(one for one in self._read(namespace) if one.startswith(prefix) and one > after)
        return ids[:limit], len(ids) > limit

    def flush(self) -> None:
        """Show every write."""
        with self._lock:
            for namespace in self._namespaces.values():
                _apply(namespace, len(namespace.pending))

    def _write(self, namespace: _Namespace, changes: dict[str, Document | None]) -> None:
        delay = self._consistency.delay_seconds
        namespace.pending.append((None if delay is None else time.monotonic() + delay, changes))

    def _read(self, name: str) -> dict[str, Document]:
        namespace = self._namespaces.get(name)
        if namespace is None:
            return {}
        now = time.monotonic()
        # Writes show in order: one that waits for a flush holds back those after it.
        due = next(
            (index for index, (when, _) in enumerate(namespace.pending) if when is None or when > now),
            len(namespace.pending),
        )
        _apply(namespace, due)
        return namespace.visible.copy()

    def _matrix(self, name: str, vector_field: str) -> tuple[list[str], npt.NDArray[np.float64]]:
        """The ids and their vectors, of length 1."""
        namespace = self._namespaces.get(name)
        if namespace is None or not namespace.visible:
            return [], np.empty((0, 0))
        if namespace.matrix is None:
            vectors = np.asarray([one[vector_field] for one in namespace.visible.values()], dtype=np.float64)
            namespace.matrix = (
                list(namespace.visible),
                vectors / np.linalg.norm(vectors, axis=1, keepdims=True),
            )
        return namespace.matrix

    def _texts(self, name: str, field: str) -> TextIndex:
        namespace = self._namespaces.get(name)
        if namespace is None:
            return TextIndex({})
        if field not in namespace.texts:
            namespace.texts[field] = TextIndex({one: has.get(field, "") for one, has in namespace.visible.items()})
        return namespace.texts[field]

    def _passes(self, filter: dict[str, Any], document: Document) -> bool:
        for name in _field_names(filter):
            if name in self._fields:
                raise InvalidArgumentError(f"{name} is a data field, comparison operators do not apply")
        return passes(filter, document, ne_finds_missing=self._consistency.ne_finds_missing)

    def _checked_id(self, document: Any) -> str:
        if not isinstance(document, dict):
            raise InvalidArgumentError("a document is an object")
        one = document.get("_id")
        if not isinstance(one, str) or not 1 <= len(one) <= MAX_ID_CHARACTERS or not one.isascii() or "\0" in one:
            raise InvalidArgumentError(
                f"'_id' must be a string of 1 to {MAX_ID_CHARACTERS} ASCII characters, not {one!r}"
            )
        return one

    def _checked(self, document: Document) -> Document:
        """The document as it is stored: numbers of metadata as floats."""
        stored: Document = {}
        metadata_bytes = 0
        for name, value in document.items():
            if name == "_id":
                continue
            if name.startswith(("_", "$")):
                raise InvalidArgumentError(f"field name {name!r}: names that begin with _ or $ are reserved")
            declared = self._fields.get(name)
            if declared is None:
                stored[name] = _checked_metadata(name, value)
                metadata_bytes += len(name.encode()) + _size(value)
            elif declared["type"] == "dense_vector":
                stored[name] = self._checked_vector(name, value)
            else:
                if not isinstance(value, str) or len(value.encode()) > MAX_TEXT_BYTES:
                    raise InvalidArgumentError(f"field {name!r} takes a string of at most {MAX_TEXT_BYTES} bytes")
                if len(value) > MAX_TOKENS and len(tokens(value)) > MAX_TOKENS:
                    raise InvalidArgumentError(f"field {name!r} takes at most {MAX_TOKENS} tokens")
                stored[name] = value
        for name, declared in self._fields.items():
            if declared["type"] == "dense_vector" and name not in stored:
                raise InvalidArgumentError(f"document {document['_id']!r} lacks the field {name!r}")
        if metadata_bytes > MAX_METADATA_BYTES:
            raise InvalidArgumentError(f"document {document['_id']!r} has {metadata_bytes} bytes of metadata")
        return stored

    def _checked_vector(self, name: str, values: Any) -> list[float]:
        declared = self._fields.get(name)
        if declared is None or declared["type"] != "dense_vector":
            raise InvalidArgumentError(f"{name!r} is not a dense_vector field of the index")
        if not isinstance(values, list) or not all(isinstance(value, int | float) for value in values):
            raise InvalidArgumentError(f"field {name!r} takes an array of numbers")
        if len(values) != declared["dimension"]:
            raise InvalidArgumentError(
                f"Vector dimension {len(values)} does not match the dimension of the index {declared['dimension']}"
            )
        if not any(values) or not all(map(math.isfinite, values)):
            raise InvalidArgumentError("Dense vectors must contain at least one non-zero value, and finite values only")
        return [float(np.float32(value)) for value in values]


def _fields(clause: dict[str, Any]) -> list[str]:
    """What a clause scores: named by `fields`, or one by `field`, which is deprecated."""
    names = clause.get("fields")
    if (names is None) == (clause.get("field") is None):
        raise InvalidArgumentError("a clause names either 'fields' or 'field'")
    found: list[str] = names if names is not None else [clause["field"]]
    if not found or (clause["type"] == "dense_vector" and len(found) != 1):
        raise InvalidArgumentError("a clause names at least one field, and one of vectors exactly one")
    return found


def _check_ids(ids: Any) -> None:
    if not isinstance(ids, list) or not 1 <= len(ids) <= MAX_IDS or not all(isinstance(one, str) for one in ids):
        raise InvalidArgumentError(f"'ids' must hold 1 to {MAX_IDS} strings")


def _apply(namespace: _Namespace, count: int) -> None:
    for _, changes in namespace.pending[:count]:
        for one, document in changes.items():
            if document is None:
                namespace.visible.pop(one, None)
            else:
                namespace.visible[one] = document
        namespace.matrix = None
        namespace.texts.clear()
    del namespace.pending[:count]


def _checked_metadata(name: str, value: Any) -> Any:
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, list) and all(isinstance(member, str) for member in value):
        return value
    raise InvalidArgumentError(f"metadata {name!r} must be a string, a number, a boolean or a list of strings")


def _size(value: Any) -> int:
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, list):
        return sum(_size(member) for member in value)
    return 8


def _project(document: Document, include_fields: list[str]) -> Document:
    if "*" in include_fields:
        return dict(document)
    return {name: document[name] for name in include_fields if name in document}


def _field_names(filter: dict[str, Any]) -> Iterator[str]:
    for name, value in filter.items():
        if name in ("$and", "$or") and isinstance(value, list):
            for member in value:
                yield from _field_names(member)
        else:
            yield name
