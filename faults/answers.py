"""What must be true of answers: as they are read, and as they are kept."""

from collections.abc import Iterator, Mapping

from botocore.exceptions import ClientError

from bloomweaver.adapters.dynamodb_chats import DynamoDbChats
from bloomweaver.auth.roles import Role
from bloomweaver.chats.answers import CitationState, ShownMessage
from bloomweaver.chats.chat import owner_of
from bloomweaver.chats.message import Message, MessageStatus, Words
from bloomweaver.errors import StorageUnavailable
from faults.findings import Findings
from faults.model import Known, Model
from faults.stand import Stand
from faults.tables import items
from faults.workload import MARK
from local.issuer import subject_of

AS_READ = "no answer as read rests on a deleted text"
AS_FENCED = "no answer is kept that rests on what was deleted before its last word"
AS_CITED = "an answer cites the passage that it names"
AS_KEPT = "a deletion erases every answer that rests on the document"
ANSWERED = "a question is answered"
NOT_LOST = "no answer is lost while it is running"
_OWNER = owner_of(subject_of(Role.ADMIN))


class Answers:
    """Holds answers against the model. Safe between threads."""

    def __init__(self, stand: Stand, model: Model, findings: Findings) -> None:
        self._stand, self._model, self._findings = stand, model, findings

    def check_read(self, shown: ShownMessage, before: Mapping[str, Known]) -> None:
        """Check an answer as it was read; `before` is what was known when it was asked for."""
        quotes = " ".join(each.quote or "" for each in shown.citations)
        marks = {mark.group() for mark in MARK.finditer(f"{shown.text} {quotes}")}
        place = f"message {shown.message_id} of chat {shown.chat_id}, {shown.status}"
        for doc_hash, gone in self._model.deleted_marks(marks, before).items():
            self._findings.report(
                AS_READ, doc_hash, f"{place}: it says {sorted(gone)}; known before {before[doc_hash]}"
            )
        for citation in shown.citations:
            is_current = citation.state is CitationState.CURRENT
            if is_current and citation.version <= before.get(citation.doc_hash, Known()).deleted:
                self._findings.report(AS_READ, citation.doc_hash, f"{place}: version {citation.version} is current")
            if citation.quote is not None and not is_current:
                self._findings.report(AS_READ, citation.doc_hash, f"{place}: it quotes what is {citation.state}")
            if citation.quote is not None:
                self._check_places(shown, citation.doc_hash, citation.quote, citation.at)

    def _check_places(self, shown: ShownMessage, doc_hash: str, quote: str, places: list[int]) -> None:
        """The model names the marks of a passage, and then cites it."""
        for at in places:
            named = [mark.group() for mark in MARK.finditer(shown.text[:at].rpartition(".")[2])]
            if missing := [mark for mark in named if mark not in quote]:
                evidence = f"message {shown.message_id} of chat {shown.chat_id}: {missing} is not in {quote!r}"
                self._findings.report(AS_CITED, doc_hash, evidence)

    def check_fenced(self, kept: Message, before: Mapping[str, Known]) -> None:
        """Check an answer that has ended, as it is kept; `before` is what was known before its last word was sent."""
        if kept.status is not MessageStatus.COMPLETE:
            return
        for doc_hash, version in kept.rests_on.items():
            if version <= before.get(doc_hash, Known()).deleted:
                evidence = f"message {kept.id} of chat {kept.chat_id} rests on version {version}; {before[doc_hash]}"
                self._findings.report(AS_FENCED, doc_hash, evidence)

    def kept(self, chat_id: str, message_id: str) -> Message | None:
        """A message as it is kept, read behind the API's back. None too while the emulator is away."""
        table = DynamoDbChats(self._stand.client("dynamodb"), self._stand.outputs["ChatsTableName"])
        try:
            return table.message(_OWNER, chat_id, message_id)
        except (StorageUnavailable, ClientError):
            return None

    def check_kept(self) -> int:
        """Once all is at rest, check everything that is kept. Returns how many messages there are."""
        known = self._model.all_known()
        messages = list(self._all_kept())
        for message in messages:
            text = "".join(part.text for part in message.parts if isinstance(part, Words))
            marks = {mark.group() for mark in MARK.finditer(text)}
            for doc_hash, gone in self._model.deleted_marks(marks, known).items():
                evidence = f"message {message.id} of chat {message.chat_id}, {message.status}, has {sorted(gone)}"
                self._findings.report(AS_KEPT, doc_hash, evidence)
        return len(messages)

    def lost(self, path: str, shown: ShownMessage | None) -> None:
        """Report an answer that has not come to its end when nothing is at work any more, or cannot be read."""
        self._findings.report(NOT_LOST, "", f"{path} is {shown.status if shown else 'not to be read'}")

    def unanswered(self, evidence: str) -> None:
        """Report a question that had no answer, and no word of why, when all was well."""
        self._findings.report(ANSWERED, "", evidence)

    def _all_kept(self) -> Iterator[Message]:
        found = (item["message"]["S"] for item in items(self._stand, "ChatsTable") if "message" in item)
        return map(Message.model_validate_json, found)
