"""From the lists to the records: which entries are of no document, or of one that is elsewhere."""

from collections import defaultdict
from dataclasses import dataclass, field

from bloomweaver.keys import is_doc_hash
from bloomweaver.library.following import list_anew
from bloomweaver.library.listed import Entry, Listed
from bloomweaver.library.ports import ListedState, ListingPage, ListingTable
from bloomweaver.library.step import NOTHING, entries_of
from bloomweaver.models.reconciliation import Finding, Kind
from bloomweaver.models.record import DocumentRecord
from bloomweaver.ports import DocumentRecords
from bloomweaver.reconciliation.findings import Examined, Mended, finding
from bloomweaver.reconciliation.removals import EMPTY, REMOVED
from bloomweaver.reconciliation.rules import Quiet
from bloomweaver.reconciliation.turns import Turns


@dataclass
class _Outcome:
    """What becomes of a page, and by what it is judged."""

    quiet: Quiet
    table_is_empty: bool
    findings: list[Finding] = field(default_factory=list)
    in_motion: int = 0
    folders: set[str] = field(default_factory=set)


class ListingLeftovers:
    """Looks through the table of lists a page at a time, for the documents whose turn it is."""

    def __init__(self, records: DocumentRecords, table: ListingTable, turns: Turns, *, repair: bool) -> None:
        self._records = records
        self._table = table
        self._turns = turns
        self._repair = repair

    def examine(self, page: ListingPage, quiet: Quiet, *, table_is_empty: bool) -> Examined:
        """Compare the page with the records, and with `repair` remove what is of none of them.

        With `table_is_empty` nothing of unknown documents is removed: it may be the wrong table.
        """
        entries: dict[str, set[Entry]] = defaultdict(set)
        for entry in page.entries:
            entries[entry.doc_hash].add(entry)
        outcome = _Outcome(quiet, table_is_empty)
        self._take_foreign({entry for name in entries if not is_doc_hash(name) for entry in entries[name]}, outcome)
        entries = {name: its for name, its in entries.items() if is_doc_hash(name) and self._turns.has(name)}
        suspects = self._suspects(entries, page.states)
        # The states before the entries, and these before the records: see `_strays`.
        states = {doc_hash: self._table.state(doc_hash) or NOTHING for doc_hash in suspects}
        there = self._table.existing((entry for its in suspects.values() for entry in its), consistent=True)
        records = self._records.get_many(suspects)
        for doc_hash, its in suspects.items():
            state, record = states[doc_hash], records.get(doc_hash)
            if strays := _strays(doc_hash, its & there, state, record):
                self._judge(doc_hash, strays, state, record, outcome)
        return Examined(outcome.findings, outcome.in_motion, frozenset(outcome.folders))

    def _suspects(self, entries: dict[str, set[Entry]], states: dict[str, ListedState]) -> dict[str, set[Entry]]:
        """Entries that are not of what is listed of their documents, by these, and documents that have no record."""
        known = states | self._table.states(entries.keys() - states.keys(), consistent=False)
        suspects: dict[str, set[Entry]] = {}
        for doc_hash, its in entries.items():
            if others := its - entries_of(doc_hash, known.get(doc_hash, NOTHING).listed):
                suspects[doc_hash] = others
        listed = {name for name, state in states.items() if state.listed is not None and self._turns.has(name)}
        for doc_hash in listed - self._records.get_many(listed).keys():
            suspects.setdefault(doc_hash, set())
        return suspects

    def _judge(
        self,
        doc_hash: str,
        strays: set[Entry],
        state: ListedState,
        record: DocumentRecord | None,
        outcome: _Outcome,
    ) -> None:
        if record is not None and not _is_settled(record, state, outcome.quiet):
            outcome.in_motion += 1
            return
        reason = "there is no record of the document" if record is None else "its record has it elsewhere, or deleted"
        lists = sorted(entry.partition for entry in strays)
        found = finding(Kind.ORPHAN_ENTRIES, doc_hash, None, lists, reason)
        if self._repair:
            mended = EMPTY if record is None and outcome.table_is_empty else self._remove(doc_hash, strays, outcome)
            if mended is None:
                outcome.in_motion += 1
                return
            found = mended.applied_to(found)
        outcome.findings.append(found)

    def _remove(self, doc_hash: str, strays: set[Entry], outcome: _Outcome) -> Mended | None:
        # Not by themselves: somebody may be about to list the document where they are.
        changed = list_anew(self._table, self._records, doc_hash, strays)
        if changed is None:
            return None
        outcome.folders |= changed.keys()
        return REMOVED

    def _take_foreign(self, entries: set[Entry], outcome: _Outcome) -> None:
        if not entries:
            return
        lists = sorted(entry.partition for entry in entries)
        found = finding(Kind.ORPHAN_ENTRIES, None, None, lists, "Bloomweaver never gave such an entry")
        if self._repair:
            self._table.write(put=(), delete=entries)
            found = REMOVED.applied_to(found)
        outcome.findings.append(found)


def _strays(doc_hash: str, there: set[Entry], state: ListedState, record: DocumentRecord | None) -> set[Entry]:
    """Those of the entries that the document should not have.

    The state was read before the entries were found to be there, and the record after that: whatever was written
    meanwhile is of a record that is not older than this one. What the state has of another revision than the record is
    no matter of the entries: it is found from the record's side, if there is one.
    """
    listed = entries_of(doc_hash, state.listed)
    if record is None:
        return there | listed
    return there - listed - entries_of(doc_hash, Listed.of(record))


def _is_settled(record: DocumentRecord, state: ListedState, quiet: Quiet) -> bool:
    """Whether the document is listed as its record is, and nobody can be at it."""
    listed = Listed.of(record) == state.listed and not state.begun and state.revision <= record.revision
    return listed and quiet.at_rest(record) and quiet.is_before(state.followed_at)
