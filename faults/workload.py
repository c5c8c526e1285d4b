"""What is sent in a run: changes of documents and when each is delivered, all drawn from the seed.

A text says of itself what it belongs to. Each part of it is a paragraph that starts with a mark, `c00042p2of3`: written
by change 42, the second of three. So a search's answer tells which change it comes from, and whether all of the
document is there. An edit writes only some parts anew, so that vectors are taken over.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bloomweaver.models.record import Operation
from faults.size import RunSize

MARK = re.compile(r"c(\d{5})p(\d)of(\d)")
PARTS_MAX = 3
TOPICS = (
    "harbour", "orchard", "railway", "granite", "lantern", "violin", "glacier", "bakery", "compass", "meadow",
    "foundry", "beacon", "cellar", "willow", "market", "turbine",
)  # fmt: skip
FOLDERS = ("/", "/east", "/east/bank", "/east/bank/quay", "/west")
_WORDS = (
    "keeper", "ledger", "winter", "copper", "signal", "garden", "letter", "timber", "silver", "bridge", "engine",
    "window", "summer", "candle", "stable", "button", "pepper", "basket", "marble", "feather", "hammer", "ribbon",
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """An operation as its client means it."""

    number: int
    doc_hash: str
    operation: Operation
    parts: tuple[str, ...] = ()
    source_version: int | None = None
    topic: str = ""
    folder: str = "/"
    title: str | None = None
    is_edit: bool = False
    """Sent as a PATCH of title and folder: the content is the one that the document has."""

    @property
    def marks(self) -> frozenset[str]:
        """The marks of all its parts."""
        return frozenset(match.group() for part in self.parts for match in [MARK.search(part)] if match)

    @property
    def content(self) -> str:
        """The text as it is sent."""
        return "\n\n".join(self.parts)


@dataclass(frozen=True)
class Delivery:
    """A request for a change, `at` seconds after the start. `message_copies`: how often the message that the webhook
    sends for it is sent again."""

    at: float
    change: Change
    message_copies: int = 0


@dataclass(frozen=True)
class Workload:
    """All that is sent, in order of time."""

    documents: tuple[str, ...]
    deliveries: tuple[Delivery, ...]


def complete(marks: Sequence[str]) -> bool:
    """Whether the parts with these marks are all of a text."""
    places = {(match.group(2), match.group(3)) for mark in marks if (match := MARK.fullmatch(mark))}
    return {place for place, _ in places} == {str(n) for _, total in places for n in range(1, int(total) + 1)}


def draw_workload(size: RunSize, seed: int) -> Workload:
    """The workload of a seed: every document is created, then some are changed far more often than others."""
    chance = random.Random(f"workload-{seed}")
    documents = tuple(f"fault-{seed}-{number:04d}" for number in range(size.documents))
    authors = {doc_hash: _Author(doc_hash, chance) for doc_hash in documents}
    hot = documents[: max(4, size.documents // 8)]
    deliveries: list[Delivery] = []
    number = 0
    waiting = list(documents)
    chance.shuffle(waiting)
    last = waiting[0]
    while len(deliveries) < size.operations:
        left = size.operations - len(deliveries)
        # Those that are new are spread over the run, and none is left out.
        if waiting and chance.random() < 1.3 * len(waiting) / left:
            doc_hash = waiting.pop()
        elif chance.random() < 0.3:
            doc_hash = last  # while the one before is under way
        else:
            doc_hash = chance.choice(hot) if chance.random() < 0.6 else chance.choice(documents)
        change = authors[doc_hash].next_change(number)
        at = (size.seconds + size.calm_seconds) * len(deliveries) / size.operations
        deliveries.append(Delivery(at, change, message_copies=int(chance.random() < 0.1)))
        if chance.random() < 0.08:  # sent twice, by a client that is not sure
            deliveries.append(Delivery(at + chance.choice((0.0, 0.3, 3.0)), change))
        number += 1
        last = doc_hash
    return Workload(documents, tuple(sorted(deliveries, key=lambda delivery: delivery.at)))


def long_change(number: int, doc_hash: str, operation: Operation) -> Change:
    """A write of as many parts as a document may have, or a delete."""
    if operation is Operation.DELETE:
        return Change(number, doc_hash, operation)
    chance = random.Random(f"change-{doc_hash}-{number}")
    topic = chance.choice(TOPICS)
    parts = tuple(_part(chance, topic, number, place, PARTS_MAX) for place in range(1, PARTS_MAX + 1))
    return Change(number, doc_hash, operation, parts, topic=topic)


class _Author:
    """Draws the changes of one document, one after the other."""

    def __init__(self, doc_hash: str, chance: random.Random) -> None:
        self._doc_hash = doc_hash
        self._chance = chance
        self._topic = chance.choice(TOPICS)
        self._parts: tuple[str, ...] = ()
        self._folder = "/"
        self._versioned = chance.random() < 0.5
        self._source_version = 0

    def next_change(self, number: int) -> Change:
        drawn = self._chance.random()
        if not self._parts:
            # A document that is not there, or was deleted: mostly created, at times updated all the same.
            return self._write(number, Operation.CREATE if drawn < 0.8 else Operation.UPDATE, self._all(number))
        if drawn < 0.12:
            self._parts = ()
            return Change(number, self._doc_hash, Operation.DELETE, (), self._next_source_version(), self._topic)
        if drawn < 0.19:  # unchanged
            return self._write(number, Operation.UPDATE, self._parts, moves=0.0)
        if drawn < 0.22:
            return self._write(number, Operation.UPDATE, self._parts, moves=1.0)
        if drawn < 0.30 and self._versioned and self._source_version > 1:  # late, and older than what was sent before
            older = self._source_version - self._chance.randint(1, min(3, self._source_version - 1))
            return Change(number, self._doc_hash, Operation.UPDATE, self._all(number), older, self._topic)
        if drawn < 0.65:
            return self._write(number, Operation.UPDATE, self._some(number))
        return self._write(number, Operation.CREATE if drawn < 0.7 else Operation.UPDATE, self._all(number))

    def _write(self, number: int, operation: Operation, parts: tuple[str, ...], *, moves: float = 0.3) -> Change:
        self._parts = parts
        if self._chance.random() < moves:
            self._folder = self._chance.choice(FOLDERS)
        return Change(number, self._doc_hash, operation, parts, self._next_source_version(), self._topic, self._folder)

    def _next_source_version(self) -> int | None:
        if not self._versioned:
            return None
        self._source_version += 1
        return self._source_version

    def _all(self, number: int) -> tuple[str, ...]:
        total = self._chance.randint(1, PARTS_MAX)
        return tuple(self._part(number, place, total) for place in range(1, total + 1))

    def _some(self, number: int) -> tuple[str, ...]:
        total = len(self._parts)
        anew = set(self._chance.sample(range(total), self._chance.randint(1, total)))
        return tuple(
            self._part(number, place + 1, total) if place in anew else part for place, part in enumerate(self._parts)
        )

    def _part(self, number: int, place: int, total: int) -> str:
        return _part(self._chance, self._topic, number, place, total)


def _part(chance: random.Random, topic: str, number: int, place: int, total: int) -> str:
    words = " ".join(chance.choices(_WORDS, k=8))
    mark = f"c{number:05d}p{place}of{total}"
    return f"{mark} is a note on the {topic}. The {words} are counted in it, and nothing else is."
