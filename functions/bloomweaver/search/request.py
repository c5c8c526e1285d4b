"""What POST /search takes."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bloomweaver.models.request_fields import Folder

QUERY_MAX_CHARACTERS = 8192
CURSOR_MAX_CHARACTERS = 4096


class Mode(StrEnum):
    """Which legs of a search are asked."""

    HYBRID = "hybrid"
    """Both, and their hits are fused."""
    DENSE = "dense"
    """By meaning alone."""
    KEYWORD = "keyword"
    """By words alone."""


class SearchRequest(BaseModel):
    """The body of POST /search."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    query: Annotated[str, Field(min_length=1, max_length=QUERY_MAX_CHARACTERS)]
    mode: Annotated[Mode, Field(strict=False)] = Mode.HYBRID
    top_k: Annotated[int, Field(ge=1, le=100)] = 10
    """The most hits of a page."""
    filter: dict[str, Any] | None = None
    """A condition on metadata, see `bloomweaver.vector_stores.filters`."""
    folder: Folder | None = None
    """What is in this folder or below it. None is everything."""
    min_score: Annotated[float, Field(ge=-1, le=1)] | None = None
    """The lowest cosine similarity to the query, whatever the mode."""
    rerank: bool | None = None
    """Whether a cross-encoder puts the best in order. By default it does where the deployment has one."""
    cursor: Annotated[str, Field(min_length=1, max_length=CURSOR_MAX_CHARACTERS)] | None = None
    """Of the page before this one, with the same request."""
    explain: bool = False
    """Whether each hit says what its score is made of."""

    @field_validator("query")
    @classmethod
    def _says_something(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("it is blank")
        return value
