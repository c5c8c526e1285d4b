"""Tells those who watch that documents and chats have changed, and how far documents and operations are.

It is told which ones. What they are now is read from their records and what is noted of them, and only if somebody
watches at all. It may be told twice, late or never: what comes twice is not newer, and what is missing its client asks
for.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from bloomweaver.errors import LiveUnavailable
from bloomweaver.live import endings
from bloomweaver.live.chat_news import ChangedChats, ChatNews
from bloomweaver.live.connection import Connection
from bloomweaver.live.messages import DocumentMessage, Frame, OperationMessage, pack
from bloomweaver.live.ports import ConnectionTable, Delivery, Poster
from bloomweaver.live.topics import Topic, TopicKind
from bloomweaver.models.record import DocumentRecord
from bloomweaver.ports import Clock, DocumentRecords
from bloomweaver.progress.progress import Progress
from bloomweaver.progress.reading import ProgressReading

NO_CHATS = ChangedChats()


@dataclass(frozen=True)
class Told:
    """What became of it, in numbers of connections."""

    connections: int
    """Those that there are."""
    told: int = 0
    missed: int = 0
    gone: int = 0
    ended: int = 0


class Telling:
    """Tells of documents, operations and chats."""

    def __init__(
        self,
        connections: ConnectionTable,
        records: DocumentRecords,
        progress: ProgressReading,
        chats: ChatNews,
        poster: Poster,
        clock: Clock,
    ) -> None:
        self._connections = connections
        self._records = records
        self._progress = progress
        self._chats = chats
        self._poster = poster
        self._clock = clock

    def tell(self, doc_hashes: Iterable[str], operations: Iterable[str] = (), chats: ChangedChats = NO_CHATS) -> Told:
        """Tell that these documents and chats have changed or gone on, and that these operations have.

        Raises `StorageUnavailable`, and `LiveUnavailable` where nobody could be told: then it is to be tried again. A
        connection that alone takes nothing keeps no other waiting.
        """
        connections = self._connections.all()
        if not connections:
            return Told(0)
        now = self._clock()
        ended = self._end_those_that_are_over(connections, now)
        watching = [each for each in connections if each.topics and each.id not in ended]
        posts = self._posts(watching, set(doc_hashes), set(operations), chats) if watching else {}
        deliveries = self._poster.post(posts) if posts else {}
        for id, delivery in deliveries.items():
            if delivery is Delivery.GONE:
                self._connections.remove(id)
        counts = {each: list(deliveries.values()).count(each) for each in Delivery}
        if deliveries and counts[Delivery.MISSED] == len(deliveries):
            raise LiveUnavailable(f"none of {len(deliveries)} connections took what was posted")
        return Told(
            connections=len(connections),
            told=counts[Delivery.DELIVERED],
            missed=counts[Delivery.MISSED],
            gone=counts[Delivery.GONE],
            ended=len(ended),
        )

    def _end_those_that_are_over(self, connections: Iterable[Connection], now: str) -> set[str]:
        over = {each.id: why for each in connections if (why := endings.of(each, now)) is not None}
        silent = {each.id: endings.SILENT for each in connections if each.is_silent(now)}
        ending = silent | over
        if ending:
            self._poster.post({id: [Frame(cursor=None, error=why).to_json()] for id, why in ending.items()})
        for id in ending:
            self._poster.end(id)
            self._connections.remove(id)
        return set(ending)

    def _posts(
        self,
        connections: Collection[Connection],
        doc_hashes: Collection[str],
        operations: Collection[str],
        chats: ChangedChats,
    ) -> dict[str, list[str]]:
        """The frames for each connection that any of the documents, operations or chats concerns."""
        records = sorted(self._records.get_many(doc_hashes).values(), key=lambda record: record.updated_at)
        said = _Said(self._progress.of_documents(records))
        of_operations = self._of_operations(connections, operations)
        of_chats = self._chats.of(chats, connections)
        posts: dict[str, list[str]] = {}
        for connection in connections:
            cursor = connection.cursor
            since = cursor.since if cursor is not None else connection.opened_at
            messages = [
                said.of(record, topic)
                for record in records
                for topic in connection.topics
                if connection.hears(topic) and topic.is_about(record, since)
            ]
            messages += [text for topic, text in of_operations.items() if topic in connection.topics]
            messages += [each.text for each in of_chats if connection.hears(each.topic, each.owner)]
            frame = Frame(cursor=str(cursor) if cursor is not None else None)
            if messages:
                posts[connection.id] = [frame.to_json(each) for each in pack(messages)]
        return posts

    def _of_operations(self, connections: Iterable[Connection], ids: Collection[str]) -> dict[Topic, str]:
        """The messages about those operations that anybody watches."""
        topics = {Topic(TopicKind.OPERATION, id_) for id_ in ids}
        watched = {topic.name: topic for connection in connections for topic in connection.topics & topics}
        found = self._progress.of_operations(watched)
        return {watched[id_]: OperationMessage.of(notes, watched[id_]).to_json() for id_, notes in found.items()}


class _Said:
    """Messages as JSON, each made once for all connections."""

    def __init__(self, progress: dict[str, Progress]) -> None:
        self._progress = progress
        self._texts: dict[tuple[str, Topic], str] = {}

    def of(self, record: DocumentRecord, topic: Topic) -> str:
        key = (record.doc_hash, topic)
        if key not in self._texts:
            self._texts[key] = DocumentMessage.of(record, topic, self._progress.get(record.doc_hash)).to_json()
        return self._texts[key]
