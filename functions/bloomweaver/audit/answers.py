"""What GET /audit answers."""

from pydantic import BaseModel, ConfigDict

from bloomweaver.audit.entries import AuditEntry


class AuditPage(BaseModel):
    """Some entries, the newest first."""

    model_config = ConfigDict(frozen=True)

    entries: list[AuditEntry]
    next_cursor: str | None
    """For the query parameter `cursor` of the next page; null on the last one."""
