"""A connection: who holds it, what it watches, and when it ends."""

from dataclasses import dataclass

from bloomweaver.live.cursor import Cursor, earlier
from bloomweaver.live.topics import Topic

TOPICS_MAX = 50
"""Of one connection."""
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

    def is_over(self, now: str) -> bool:
        """Whether its time is up, so that nothing more is told."""
        return now >= self.ends_at

    def is_silent(self, now: str) -> bool:
        """Whether its client does not seem to be there any more."""
        return self.pinged_at < earlier(now, SILENT_SECONDS)

    def hears(self, topic: Topic, owner: str | None = None) -> bool:
        """Whether what happens under a topic is told to it. `owner` is whose a private topic is."""
        return topic in self.topics and (not topic.is_private or owner == self.subject)
