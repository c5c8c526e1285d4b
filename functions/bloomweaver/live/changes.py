"""What changed since somewhere: the one way to learn what was not told.

Records are in lists by status and time of change. Those lists together, each read from the cursor on and merged, are
all changes in their order. A list may lag, and its times are of several clocks, so what changed shortly before is told
again. What is told of a document is read from its record, whatever a list said: it is as new as can be, and nothing
that was deleted. How far something is has no list: who watches it by its name is told where that has changed, and
others with the next change of it.
"""

import heapq
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import groupby, islice

from bloomweaver.errors import InvalidCursor
from bloomweaver.live.cursor import Cursor, earlier
from bloomweaver.live.messages import ENVELOPE_BYTES, FRAME_MAX_BYTES, DocumentMessage, Message, OperationMessage
from bloomweaver.live.topics import Topic, TopicKind
from bloomweaver.models.record import DocumentRecord, Status
from bloomweaver.ports import Clock, DocumentRecords
from bloomweaver.progress.reading import ProgressReading

OLDEST_SECONDS = 24 * 3600
"""A cursor from before is good no more: to load what is shown anew costs less. Records know for a little longer which
folders a document has left (`departures.REMEMBERED_SECONDS`)."""
AHEAD_SECONDS = 120.0
"""How far clocks may be apart."""
LOOKED_AT_MAX = 1000
"""Changes that one call looks at, most of which may be of no concern."""
FIRST_PAGE, PAGE = 25, 100
"""Mostly little has changed."""
TOLD_BYTES = FRAME_MAX_BYTES - ENVELOPE_BYTES

_BY_NAME = frozenset({TopicKind.DOCUMENT, TopicKind.OPERATION, TopicKind.CHATS, TopicKind.CHAT})
"""Topics that need no list of all that changed."""


@dataclass(frozen=True)
class ChangesPage:
    """Some of what changed, oldest first, and where to go on."""

    messages: list[Message]
    cursor: Cursor
    more: bool = False
    """There is more after the cursor now."""
    reload: bool = False
    """The cursor that was given is too old: what is shown has to be loaded anew."""


class Changes:
    """Reads what changed."""

    def __init__(self, records: DocumentRecords, progress: ProgressReading, clock: Clock) -> None:
        self._records = records
        self._progress = progress
        self._clock = clock

    def start(self) -> Cursor:
        """From where on to ask, for somebody who loads what is shown after this."""
        return Cursor.before(self._clock())

    def stands(self, topic: Topic) -> list[OperationMessage]:
        """Where an operation stands: no other route tells it by its id alone. Nothing of another topic."""
        if topic.kind is not TopicKind.OPERATION:
            return []
        return [OperationMessage.of(notes, topic) for notes in self._progress.of_operations([topic.name]).values()]

    def after(self, topics: Collection[Topic], cursor: Cursor) -> ChangesPage:
        """What changed after the cursor, of these topics.

        The messages of one document are together even where they are too many for one frame. Raises `InvalidCursor` and
        `StorageUnavailable`.
        """
        now = self._clock()
        if cursor.time > earlier(now, -AHEAD_SECONDS):
            raise InvalidCursor("this cursor is of a time that has not come yet")
        if cursor.time < earlier(now, OLDEST_SECONDS):
            return ChangesPage([], Cursor.before(now), reload=True)
        page = self._page(topics, cursor, now)
        if cursor.began is not None:
            return page
        return replace(page, messages=[*self._went_on(topics, cursor), *page.messages])

    def _went_on(self, topics: Collection[Topic], cursor: Cursor) -> Iterator[Message]:
        """How far those are that are watched by their names, where that is new since the cursor."""
        operations = {topic.name: topic for topic in topics if topic.kind is TopicKind.OPERATION}
        for id_, notes in self._progress.of_operations(operations).items():
            if notes.at > cursor.time:
                yield OperationMessage.of(notes, operations[id_])
        documents = {topic.name: topic for topic in topics if topic.kind is TopicKind.DOCUMENT}
        records = self._records.get_many(documents) if documents else {}
        for doc_hash, progress in self._progress.of_documents(records.values()).items():
            # One whose record has changed comes with the other changes.
            if progress.at > cursor.time and _place(records[doc_hash]) <= cursor.place:
                yield DocumentMessage.of(records[doc_hash], documents[doc_hash], progress)

    def _page(self, topics: Collection[Topic], cursor: Cursor, now: str) -> ChangesPage:
        told: list[Message] = []
        revisions: dict[str, int] = {}
        room = TOLD_BYTES
        place = cursor.place
        changed = self._changed(topics, cursor)
        looked_at = 0
        while batch := list(islice(changed, PAGE if looked_at else FIRST_PAGE)):
            looked_at += len(batch)
            records = self._records.get_many(each.doc_hash for each in batch if _topics_of(topics, each, cursor))
            progress = self._progress.of_documents(records.values())
            for each in batch:
                record = records.get(each.doc_hash)
                if record is not None and revisions.get(record.doc_hash) != record.revision:
                    messages = [
                        DocumentMessage.of(record, topic, progress.get(record.doc_hash))
                        for topic in _topics_of(topics, record, cursor)
                    ]
                    size = sum(len(message.to_json().encode()) + len(",") for message in messages)
                    if told and size > room:
                        return ChangesPage(told, cursor.further(*place, now), more=True)
                    told += messages
                    room -= size
                    revisions[record.doc_hash] = record.revision
                place = _place(each)
            if looked_at >= LOOKED_AT_MAX:
                return ChangesPage(told, cursor.further(*place, now), more=True)
        return ChangesPage(told, cursor.done(now))

    def _changed(self, topics: Collection[Topic], cursor: Cursor) -> Iterator[DocumentRecord]:
        """What changed after the cursor, in its order. A document that changes meanwhile may come twice."""
        if all(topic.kind in _BY_NAME for topic in topics):
            names = [topic.name for topic in topics if topic.kind is TopicKind.DOCUMENT]
            known = self._records.get_many(names).values()
            changed: Iterator[DocumentRecord] = iter(sorted(known, key=_place))
        else:
            changed = heapq.merge(*(self._of_status(status, cursor.time) for status in Status), key=_place)
        return (record for record in changed if _place(record) > cursor.place)

    def _of_status(self, status: Status, since: str) -> Iterator[DocumentRecord]:
        # A list is sorted by time alone.
        for _, same_time in groupby(self._listed(status, since), key=lambda record: record.updated_at):
            yield from sorted(same_time, key=_place)

    def _listed(self, status: Status, since: str) -> Iterator[DocumentRecord]:
        page = self._records.changed(status, since, FIRST_PAGE, None)
        yield from page.records
        while page.cursor is not None:
            page = self._records.changed(status, since, PAGE, page.cursor)
            yield from page.records


def _place(record: DocumentRecord) -> tuple[str, str]:
    return record.updated_at, record.doc_hash


def _topics_of(topics: Collection[Topic], record: DocumentRecord, cursor: Cursor) -> list[Topic]:
    return [topic for topic in topics if topic.is_about(record, cursor.since)]
