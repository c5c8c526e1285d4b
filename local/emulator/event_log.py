"""EventBridge without a log of events: MiniStack keeps each event for as long as it runs, and shows them to nobody.

Every execution is two events with its input and output. It relies on functions of exactly the version in the
requirements.
"""

from typing import Any


def install() -> None:
    """Have MiniStack let go of events once they are delivered."""
    from ministack.services import eventbridge

    def no_log() -> list[Any]:
        return []

    eventbridge._events_log_list = no_log
