"""What GET /audit is asked with."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from bloomweaver.audit.entries import Caller, CallerKind
from bloomweaver.audit.ports import AuditList
from bloomweaver.keys import DOC_HASH
from bloomweaver.models.request_fields import Moment, invalid


class Unnamed(StrEnum):
    """Callers that no subject names."""

    SIGNATURE = CallerKind.SIGNATURE.value
    OPERATION = CallerKind.OPERATION.value
    NOBODY = CallerKind.NOBODY.value


class AuditRequest(BaseModel):
    """The query parameters of GET /audit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    subject: Annotated[str, Field(min_length=1, max_length=1024)] | None = None
    """Entries of this subject of tokens; of everybody by default."""
    caller: Unnamed | None = None
    """Those of signed requests, of runs that an operation started, or of those who proved nothing."""
    doc_hash: Annotated[str, StringConstraints(pattern=f"^{DOC_HASH}$")] | None = None
    """Those of this document."""
    since: Moment | None = None
    """Those from then on."""
    until: Moment | None = None
    """Those until then."""
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    """Entries in a page, at most."""
    cursor: str | None = None
    """The `next_cursor` of the page before, of the same list."""

    @model_validator(mode="after")
    def _one_list(self) -> Self:
        if len([given for given in (self.subject, self.caller, self.doc_hash) if given is not None]) > 1:
            raise invalid("audit_list", "a list is of one of `subject`, `caller` and `doc_hash`, or of all", "subject")
        if self.since is not None and self.until is not None and self.since > self.until:
            raise invalid("audit_list", "it is before `since`", "until")
        return self

    @property
    def of(self) -> AuditList:
        """The list that is asked for."""
        if self.subject is not None:
            return AuditList(caller=Caller(kind=CallerKind.TOKEN, subject=self.subject))
        if self.caller is not None:
            return AuditList(caller=Caller(kind=CallerKind(self.caller.value)))
        return AuditList(doc_hash=self.doc_hash)
