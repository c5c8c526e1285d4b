"""A connection: who holds it, what it watches, and when it ends."""

from dataclasses import dataclass

from bloomweaver.chats.chat import owner_of
from bloomweaver.live.cursor import Cursor, earlier
from bloomweaver.live.topics import Topic

TOPICS_MAX = 50
"""Of one connection."""
CONNECTIONS_MAX = 100
"""Of one subject."""
FAULTS_MAX = 20
"""What is not understood is answered; with so many the connection ends."""
LONGEST_SECONDS = 2 * 3600
"""API Gateway ends a connection then, whatever its client does."""
SILENT_SECONDS = 300
"""A connection that has not pinged for so long is given up: nobody repairs what does not arrive there."""


@dataclass(frozen=True)
class Connection:
    """A connection, as the table has it. Times are in the form of `Clock`."""

    id: str
    subject: str
    """Whose tickets it was opened and renewed with."""
    opened_at: str
    ends_at: str
    pinged_at: str
    """When it said last that it is there; at first when it was opened."""
    topics: frozenset[Topic] = frozenset()
    cursor: Cursor | None = None
    """How far it has been told what changed, by the answers to its pings. None before it watches anything."""
    is_one_too_many: bool = False
    """Its subject had as many as it may have when it was opened: it is ended with the first that is said over it."""

    def is_over(self, now: str) -> bool:
        """Whether its time is up, so that nothing more is told."""
        return now >= self.ends_at

    def is_silent(self, now: str) -> bool:
        """Whether its client does not seem to be there any more."""
        return self.pinged_at < earlier(now, SILENT_SECONDS)

    def counts(self, now: str) -> bool:
        """Whether it is one of those that its subject has."""
        return not (self.is_one_too_many or self.is_over(now) or self.is_silent(now))

    def hears(self, topic: Topic, owner: str | None = None) -> bool:
        """Whether what happens under a topic is told to it. `owner` is whose the chats of a private topic are, as
        `owner_of` names them."""
        return topic in self.topics and (not topic.is_private or owner == owner_of(self.subject))
