"""How much a subject may ask: questions in a minute, and tokens in a day.

A minute and a day are those of UTC. A place for a question is taken before it is asked, in one write on a condition, so
that however many requests come at once, no more get one. Tokens are counted once they are used: answers that are being
made when the day's last ones are used up come to their end.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bloomweaver.chats.message import Message, Used
from bloomweaver.chats.ports import UsageTable
from bloomweaver.errors import LimitReached
from bloomweaver.ports import Clock


class Limit(StrEnum):
    """What is limited."""

    QUESTIONS_PER_MINUTE = "questions_per_minute"
    TOKENS_PER_DAY = "tokens_per_day"


@dataclass(frozen=True)
class AllowanceLimits:
    """What each subject may; 0 is no limit."""

    questions_per_minute: int
    tokens_per_day: int


class Allowance:
    """What the subjects of a deployment may ask."""

    def __init__(self, table: UsageTable, clock: Clock, limits: AllowanceLimits) -> None:
        self._table = table
        self._clock = clock
        self._limits = limits

    def take(self, owner: str) -> None:
        """Take the place of a question that is about to be asked. Raises `LimitReached` and `StorageUnavailable`."""
        now = datetime.fromisoformat(self._clock()).astimezone(UTC)
        tokens, questions = self._limits.tokens_per_day, self._limits.questions_per_minute
        day, minute = now.strftime("%Y-%m-%d"), now.strftime("%Y-%m-%dT%H:%M")
        if tokens and self._table.tokens(owner, day) >= tokens:
            tomorrow = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
            raise LimitReached(
                f"your answers have used the {tokens} tokens of this day (UTC)",
                limit=Limit.TOKENS_PER_DAY,
                retry_after=_seconds_until(tomorrow, now),
            )
        if questions and not self._table.take_place(owner, minute, questions):
            following = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
            raise LimitReached(
                f"you have asked the {questions} questions of this minute",
                limit=Limit.QUESTIONS_PER_MINUTE,
                retry_after=_seconds_until(following, now),
            )


def count_tokens(table: UsageTable, message: Message, used: Used) -> bool:
    """Count what it took to write the message's answer, for its owner and the day on which it was asked for. Whether it
    was not counted yet: each attempt and round is once. Raises `StorageUnavailable` and `RecordContended`."""
    tokens = used.tokens_in + used.tokens_out
    if not tokens:
        return True
    written = f"{message.run_name}-{message.rounds}"
    return table.add_tokens(message.owner, message.started_at[:10], written, tokens)


def _seconds_until(then: datetime, now: datetime) -> int:
    return max(1, math.ceil((then - now).total_seconds()))
