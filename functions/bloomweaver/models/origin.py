"""Where a document came from: a folder that is kept in step, and the file's path in it."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

NAME = r"[A-Za-z0-9_-]{1,64}"
"""What a sync may be called."""


class Origin(BaseModel):
    """Of a document that a sync keeps in step with a file."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=f"^{NAME}$")]
    """The sync's."""
    path: Annotated[str, Field(min_length=1, max_length=1024)]
    """The file's, below the folder that the sync is of."""
