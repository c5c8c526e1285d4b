"""What the routes about runs are asked with."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bloomweaver.models.request_fields import Moment, invalid
from bloomweaver.models.run import RunStatus, StateMachine

EVENTS_MAX = 1000
"""Step Functions: events in a page of a history."""


class RunsRequest(BaseModel):
    """The query parameters of GET /runs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state_machine: StateMachine | None = None
    """Runs of this one; of all by default."""
    status: RunStatus | None = None
    """Those that are so far; all by default."""
    since: Moment | None = None
    """Those that began then or later."""
    until: Moment | None = None
    """Those that began then or before."""
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    """Runs in a page, at most."""
    cursor: str | None = None
    """The `next_cursor` of the page before, of the same list."""

    @model_validator(mode="after")
    def _time_goes_on(self) -> Self:
        if self.since is not None and self.until is not None and self.since > self.until:
            raise invalid("runs_list", "it is before `since`", "until")
        return self


class DocumentRunsRequest(BaseModel):
    """The query parameters of GET /documents/{doc_hash}/runs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    """Runs in a page, at most."""
    cursor: str | None = None
    """The `next_cursor` of the page before, of the same document."""


class RunRequest(BaseModel):
    """The query parameters of GET /runs/{id}."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: Annotated[int, Field(ge=1, le=EVENTS_MAX)] = 200
    """Events of the history in a page. With a cursor it is the one that the first page was asked for with."""
    whole: bool = False
    """Inputs, outputs and causes as a whole, as far as an answer has room for them."""
    cursor: str | None = None
    """The `next_cursor` of the page before, of the same run."""
