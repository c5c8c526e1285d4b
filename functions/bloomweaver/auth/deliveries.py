"""Telling a sender's repetition of a signed request from somebody's replay of it.

A sender that saw no success sends the same id again, with a new time and so with a new signature. Somebody who recorded
a request can send it again only as it was. So of each id the latest time is remembered, and the answer if it was a
success:

| the request has | the id | what happens |
|---|---|---|
| an id that is not known | | it is done |
| a time that is not later than the one known | | refused |
| a later time, before any success | | it is done: the sender repeats what failed |
| a later time, after a success, the same body | | the answer is repeated, and nothing is done |
| a later time, after a success, another body | | refused |
"""

from dataclasses import dataclass
from typing import Protocol

from bloomweaver.auth.signatures import Delivery
from bloomweaver.errors import Replayed

REMEMBERED_SECONDS = 3 * 24 * 3600
"""Far longer than a signature is good: senders go on repeating for more than a day."""


@dataclass(frozen=True)
class Receipt:
    """What is known of an id."""

    timestamp: int
    body_sha256: str
    answer: str | None
    """Of the request that was done with success, if one was."""


class Deliveries(Protocol):
    """The ids that came. Raises `StorageUnavailable` where they cannot be reached."""

    def claim(self, key: str, timestamp: int, body_sha256: str, expires_at: int) -> bool:
        """Note a request, if its key is not known, or known with an earlier time and no answer. False otherwise."""

    def complete(self, key: str, answer: str) -> None:
        """Note the answer of a request that was done with success."""

    def receipt(self, key: str) -> Receipt | None:
        """What is known of a key (a consistent read)."""


def begin(deliveries: Deliveries, key: str, delivery: Delivery, now: float) -> str | None:
    """Note that `delivery` came. Returns none if it is to be done, or the answer to repeat if it was done before.

    Raises `Replayed`.
    """
    if deliveries.claim(key, delivery.timestamp, delivery.body_sha256, int(now) + REMEMBERED_SECONDS):
        return None
    known = deliveries.receipt(key)
    if known is None or known.timestamp >= delivery.timestamp or known.answer is None:
        raise Replayed(f"a request with the id '{delivery.id}' came before, at this time or a later one")
    if known.body_sha256 != delivery.body_sha256:
        raise Replayed(f"the id '{delivery.id}' belongs to a request with another body, which was taken")
    return known.answer
