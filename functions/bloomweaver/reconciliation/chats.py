"""The table of chats against the records and itself: answers that should be erased or ended, and what chats left over.

Findings are numbers: whose chats they are of, and in which documents somebody looked, is nobody else's business.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bloomweaver.chats.erasure import erase_answer
from bloomweaver.chats.lost import is_lost, settle
from bloomweaver.chats.message import Message, MessageStatus
from bloomweaver.chats.ports import ChatItems, ChatItemsTable, ChatTable, RestNote, place_of
from bloomweaver.models.reconciliation import Finding, Kind, Repair
from bloomweaver.models.record import DocumentRecord
from bloomweaver.ports import Clock, DocumentRecords
from bloomweaver.reconciliation.findings import Examined
from bloomweaver.reconciliation.removals import EMPTY
from bloomweaver.reconciliation.rules import Quiet

_REASONS = {
    Kind.UNERASED_ANSWERS: "a document that they rest on was deleted",
    Kind.LOST_ANSWERS: "what was to make them did not come to its end",
    Kind.ORPHAN_CHAT_ITEMS: "the chat or the message that they are of is not there",
}


@dataclass
class _Outcome:
    """What a page came to so far."""

    quiet: Quiet
    table_is_empty: bool
    found: dict[tuple[Kind, Repair], int] = field(default_factory=dict)
    in_motion: int = 0

    def add(self, kind: Kind, repair: Repair) -> None:
        self.found[kind, repair] = self.found.get((kind, repair), 0) + 1


class ChatComparison:
    """Looks through the table of chats a page at a time."""

    def __init__(
        self, records: DocumentRecords, chats: ChatTable, items: ChatItemsTable, clock: Clock, *, repair: bool
    ) -> None:
        self._records = records
        self._chats = chats
        self._items = items
        self._clock = clock
        self._repair = repair

    def examine(self, page: ChatItems, quiet: Quiet, *, table_is_empty: bool) -> Examined:
        """Compare the page with the records and with the rest of the table, and with `repair` mend what is wrong.

        With `table_is_empty` no answer is erased for a document that nobody knows: it may be the wrong table.
        """
        outcome = _Outcome(quiet, table_is_empty)
        # Before any message goes: what is noted of it goes with it, and is not counted beside it.
        self._examine_notes(page.notes, outcome)
        known = self._items.existing_chats({(each.owner, each.chat_id) for each in page.messages})
        records = self._records.get_many({doc_hash for each in page.messages for doc_hash in each.rests_on})
        for message in page.messages:
            if (message.owner, message.chat_id) not in known:
                self._remove_message(message, outcome)
            elif message.status is MessageStatus.RUNNING:
                self._end_if_lost(message, outcome)
            elif not message.is_erased:
                self._erase_if_deleted(message, records, outcome)
        findings = [_finding(kind, repair, count) for (kind, repair), count in outcome.found.items()]
        return Examined(findings, outcome.in_motion)

    def _remove_message(self, message: Message, outcome: _Outcome) -> None:
        if self._repair:
            # An id is never given to another chat, so what is left of this one may go at any time.
            self._chats.delete(message.owner, message.chat_id)
        outcome.add(Kind.ORPHAN_CHAT_ITEMS, self._done())

    def _end_if_lost(self, message: Message, outcome: _Outcome) -> None:
        if not is_lost(message, self._clock()):
            outcome.in_motion += 1
        elif not self._repair or settle(self._chats, self._clock, place_of(message)):
            outcome.add(Kind.LOST_ANSWERS, self._done())

    def _erase_if_deleted(self, message: Message, records: dict[str, DocumentRecord], outcome: _Outcome) -> None:
        deleted = {
            doc_hash: version
            for doc_hash, version in message.rests_on.items()
            if doc_hash not in records or records[doc_hash].deleted_version >= version
        }
        if not deleted:
            return
        done = [doc_hash for doc_hash in deleted if self._is_settled(doc_hash, records, outcome.quiet)]
        if not done or not outcome.quiet.is_before(message.updated_at):
            outcome.in_motion += 1  # the deletion's run erases it
            return
        if outcome.table_is_empty and self._repair:
            outcome.add(Kind.UNERASED_ANSWERS, Repair.IMPOSSIBLE)
            return
        # Up to the version that it rests on: one that was answered anew meanwhile rests on a newer one.
        if self._repair and not any(self._erase(message, doc_hash, deleted[doc_hash] + 1) for doc_hash in done):
            return
        outcome.add(Kind.UNERASED_ANSWERS, self._done())

    def _erase(self, message: Message, doc_hash: str, below: int) -> bool:
        return erase_answer(self._chats, self._clock, place_of(message), doc_hash, below)

    def _is_settled(self, doc_hash: str, records: dict[str, DocumentRecord], quiet: Quiet) -> bool:
        record = records.get(doc_hash)
        return record is None or quiet.at_rest(record)

    def _examine_notes(self, notes: Iterable[RestNote], outcome: _Outcome) -> None:
        # One of a message that is there may be of an answer before, and harms nobody: a deletion looks at the message.
        notes = list(notes)
        there = self._items.messages_at({note.place for note in notes})
        for note in notes:
            if note.place not in there:
                if self._repair:
                    self._chats.forget_rests(note.place, [note.doc_hash])
                outcome.add(Kind.ORPHAN_CHAT_ITEMS, self._done())

    def _done(self) -> Repair:
        return Repair.REMOVED if self._repair else Repair.NOT_ASKED


def _finding(kind: Kind, repair: Repair, count: int) -> Finding:
    found = Finding(
        kind=kind, doc_hash=None, version=None, count=count, examples=[], reason=_REASONS[kind], repair=repair
    )
    return EMPTY.applied_to(found) if repair is Repair.IMPOSSIBLE else found
