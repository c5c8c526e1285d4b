"""What the routes about live messages answer."""

from typing import Self

from pydantic import BaseModel, ConfigDict

from bloomweaver.live.changes import ChangesPage
from bloomweaver.live.messages import Message


class LiveTicket(BaseModel):
    """What a connection is opened or renewed with."""

    model_config = ConfigDict(frozen=True)

    url: str
    """Of the WebSocket. To open it, add `?ticket=` and the ticket."""
    ticket: str
    """Good once."""
    expires_at: str
    """Until when it is good."""


class ChangeList(BaseModel):
    """Some of what changed, oldest first."""

    model_config = ConfigDict(frozen=True)

    messages: list[Message]
    cursor: str
    """For `after` of the next request."""
    more: bool
    """There is more after the cursor now."""
    reload: bool
    """`after` was more than a day old: load what is shown anew, and go on from this cursor."""

    @classmethod
    def of(cls, page: ChangesPage) -> Self:
        """A page of changes."""
        return cls(messages=page.messages, cursor=str(page.cursor), more=page.more, reload=page.reload)
