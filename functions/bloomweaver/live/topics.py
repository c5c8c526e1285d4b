"""What somebody may watch: a topic, and which documents it is about."""

import re
from dataclasses import dataclass
from enum import StrEnum

from bloomweaver.documents.departures import has_left
from bloomweaver.errors import InvalidTopic
from bloomweaver.keys import DOC_HASH_RULE, is_doc_hash
from bloomweaver.live.cursor import earlier
from bloomweaver.models import folder_path
from bloomweaver.models.record import DocumentRecord

LATE_SECONDS = 300.0
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_ID_RULE = "it has 1 to 128 letters, digits, '_' and '-'"


class TopicKind(StrEnum):
    """What a topic is about."""

    DOCUMENTS = "documents"
    """Every document."""
    FOLDER = "folder"
    """The documents in a folder, and in all folders below it."""
    DOCUMENT = "document"
    """One document."""
    OPERATION = "operation"
    """Something that works on many documents at once."""
    CHATS = "chats"
    """The chats of whoever watches."""
    CHAT = "chat"
    """One chat, which its owner alone may watch: how far the answers in it are, and that it changes."""


_NAMELESS = frozenset({TopicKind.DOCUMENTS, TopicKind.CHATS})
_NAMED = frozenset(TopicKind) - _NAMELESS


@dataclass(frozen=True)
class Topic:
    """Something that can be watched."""

    kind: TopicKind
    name: str = ""
    """Of the folder, document, operation or chat; none of all documents, and of all of one's chats."""

    @classmethod
    def parse(cls, text: str) -> "Topic":
        """The topic that is written so, such as `documents` or `folder:/guides`. Raises `InvalidTopic`."""
        if text in _NAMELESS:
            return cls(TopicKind(text))
        named, colon, name = text.partition(":")
        kind = next((kind for kind in _NAMED if colon and kind == named), None)
        if kind is None:
            raise InvalidTopic("a topic is documents, folder:/PATH, document:ID, operation:ID, chats or chat:ID")
        return cls(kind, _checked(kind, name))

    @property
    def is_private(self) -> bool:
        """Whether it is its owner's alone."""
        return self.kind in (TopicKind.CHATS, TopicKind.CHAT)

    def is_about(self, record: DocumentRecord, since: str) -> bool:
        """Whether the document belongs to it, or did at some time from `since` on: who watches a folder is told of what
        leaves it.

        A list by status may miss a document that goes from one to the other, and have it the next time. So a folder is
        told of what left it a few minutes before, too.
        """
        match self.kind:
            case TopicKind.DOCUMENTS:
                return True
            case TopicKind.FOLDER:
                return folder_path.is_within(record.folder, self.name) or has_left(
                    record, self.name, earlier(since, LATE_SECONDS)
                )
            case TopicKind.DOCUMENT:
                return record.doc_hash == self.name
            case TopicKind.OPERATION | TopicKind.CHATS | TopicKind.CHAT:
                return False

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" if self.name else self.kind.value


def _checked(kind: TopicKind, name: str) -> str:
    if kind is TopicKind.FOLDER:
        try:
            return folder_path.canonical(name)
        except ValueError as error:
            raise InvalidTopic(str(error)) from error
    if kind is TopicKind.DOCUMENT:
        if not is_doc_hash(name):
            raise InvalidTopic(f"that is no document's id: {DOC_HASH_RULE}")
    elif not _ID.fullmatch(name):
        raise InvalidTopic(f"that is no id of a {kind}: {_ID_RULE}")
    return name
