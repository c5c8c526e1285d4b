"""What the routes about documents are asked with, apart from the webhook's body."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bloomweaver.library.listed import Order
from bloomweaver.library.reading import ON_THE_WAY
from bloomweaver.models.folder_path import ROOT
from bloomweaver.models.origin import NAME
from bloomweaver.models.record import Status
from bloomweaver.models.request_fields import Folder, invalid


class DocumentsRequest(BaseModel):
    """The query parameters of GET /documents: a folder, or without one a status or an origin."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: Status | None = None
    """Which documents. Without a folder it is needed, and has the latest change first."""
    folder: Folder | None = None
    """Those in this folder."""
    recursive: bool = False
    """Those in all folders below it, too."""
    sort: Order | None = None
    """With a folder: `title`, the default, or `time`, the operation that was accepted last first."""
    prefix: Annotated[str, Field(max_length=256)] = ""
    """What titles begin with, in a list sorted by them; capitals and small letters alike."""
    origin: Annotated[str, Field(pattern=f"^{NAME}$")] | None = None
    """Those of this sync, sorted by their paths."""
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    """Documents in a page, at most."""
    cursor: str | None = None
    """The `next_cursor` of the page before, of the same list."""

    @model_validator(mode="after")
    def _one_list(self) -> Self:
        if self.origin is not None and (self.folder is not None or self.status is not None):
            raise invalid("documents_list", "the list of an origin takes neither a folder nor a status", "origin")
        if self.folder is None:
            if self.origin is None and self.status is None:
                raise invalid("documents_list", "a folder, a status or an origin is needed", "folder")
            if self.recursive or self.sort is not None or self.prefix:
                raise invalid("documents_list", "recursive, sort and prefix go with a folder", "folder")
            return self
        if self.status in (Status.DELETING, Status.DELETED):
            raise invalid("documents_list", "a deleted document is in no folder", "status")
        if self.sort is Order.TITLE and self.status in ON_THE_WAY:
            raise invalid("documents_list", "documents on their way are sorted by time alone", "sort")
        if self.prefix and self.order is Order.TIME:
            raise invalid("documents_list", "a prefix goes with a list that is sorted by title", "prefix")
        return self

    @property
    def order(self) -> Order:
        """How the list of a folder is sorted."""
        return self.sort or (Order.TIME if self.status in ON_THE_WAY else Order.TITLE)


class FoldersRequest(BaseModel):
    """The query parameters of GET /folders."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Folder = ROOT
    """The folder whose children are listed."""
    limit: Annotated[int, Field(ge=1, le=1000)] = 200
    """Folders in a page, at most."""
    cursor: str | None = None
    """The `next_cursor` of the page before, of the same folder."""


class UploadRequest(BaseModel):
    """The body of POST /uploads."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    size: Annotated[int, Field(ge=1)]
    """Of the content in bytes. The URL takes exactly as many."""
