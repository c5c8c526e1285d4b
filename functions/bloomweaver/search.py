"""Search by meaning, with the check on read: only hits of the version that a document's record says is served."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bloomweaver.models.chunk import Hit
from bloomweaver.ports import DocumentRecords, QueryEncoder
from bloomweaver.vector_stores.base import VectorStore

QUERY_MAX_CHARACTERS = 8192


class SearchRequest(BaseModel):
    """The body of POST /search."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    query: Annotated[str, Field(min_length=1, max_length=QUERY_MAX_CHARACTERS)]
    top_k: Annotated[int, Field(ge=1, le=100)] = 10
    filter: dict[str, Any] | None = None
    min_score: Annotated[float, Field(ge=-1, le=1, strict=False)] | None = None

    @field_validator("query")
    @classmethod
    def _says_something(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("it is blank")
        return value


@dataclass(frozen=True)
class SearchAnswer:
    """The hits that may be shown, the nearest first, and how many others the index held that may not."""

    hits: list[Hit]
    dropped: int


class Search:
    """Answers queries from the vector index and the records."""

    def __init__(
        self,
        records: DocumentRecords,
        store: VectorStore,
        encoder: QueryEncoder,
        *,
        overfetch: int,
        candidates_max: int,
    ) -> None:
        self._records = records
        self._store = store
        self._encoder = encoder
        self._overfetch = overfetch
        self._candidates_max = candidates_max

    def run(self, request: SearchRequest) -> SearchAnswer:
        """The answer to `request`. Raises `InvalidFilter` and the store's errors."""
        vector = self._encoder.encode_query(request.query)
        wanted = request.top_k * self._overfetch
        while True:
            candidates = self._store.query(vector, wanted, request.filter)
            near = [hit for hit in candidates if request.min_score is None or hit.score >= request.min_score]
            served = self._served(near)
            # Asking for more helps only if there was more, and all of what came was near enough.
            exhausted = len(candidates) < wanted or len(near) < len(candidates) or wanted >= self._candidates_max
            if len(served) >= request.top_k or exhausted:
                return SearchAnswer(hits=served[: request.top_k], dropped=len(near) - len(served))
            wanted = min(wanted * 4, self._candidates_max)

    def _served(self, hits: list[Hit]) -> list[Hit]:
        records = self._records.get_many({hit.doc_hash for hit in hits})
        return [hit for hit in hits if hit.doc_hash in records and records[hit.doc_hash].served_version == hit.version]
