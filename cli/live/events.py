"""What a feed of live messages brings."""

from dataclasses import dataclass
from typing import Any

Message = dict[str, Any]
"""As it came: a newer API may say more than is known here."""


@dataclass(frozen=True)
class Watching:
    """From here on nothing is missed: what is loaded now, and changed by the messages that follow, is right."""


@dataclass(frozen=True)
class Told:
    """Something changed."""

    message: Message


@dataclass(frozen=True)
class CaughtUp:
    """A ping was answered in full: what had been missed when it was sent is told."""


@dataclass(frozen=True)
class Missed:
    """So much was missed that it is not told: what is known has to be loaded anew."""


@dataclass(frozen=True)
class Noted:
    """Something about the feed itself, in words."""

    text: str


Event = Watching | Told | CaughtUp | Missed | Noted


class LiveError(Exception):
    """The feed cannot be had: no connection can be opened, or a topic is refused."""


class Cut(Exception):
    """A connection is of no use any more. The message says why."""
