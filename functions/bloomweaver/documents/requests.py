"""What the routes about documents are asked with, apart from the webhook's body."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bloomweaver.models.record import Status


class DocumentsRequest(BaseModel):
    """The query parameters of GET /documents."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: Status
    """Which documents."""
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    """Documents in a page, at most."""
    cursor: str | None = None
    """The `next_cursor` of the page before, of the same status."""


class UploadRequest(BaseModel):
    """The body of POST /uploads."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    size: Annotated[int, Field(ge=1)]
    """Of the content in bytes. The URL takes exactly as many."""
