"""From the records to the lists: which documents the lists do not have as their records are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bloomweaver.library.following import list_anew
from bloomweaver.library.listed import Entry, Listed
from bloomweaver.library.ports import ListedState, ListingTable
from bloomweaver.library.step import NOTHING, entries_of
from bloomweaver.models.reconciliation import Finding, Kind, Repair
from bloomweaver.models.record import DocumentRecord
from bloomweaver.ports import DocumentRecords
from bloomweaver.reconciliation.findings import Examined, Mended, finding
from bloomweaver.reconciliation.rules import Quiet

_LISTED = Mended(Repair.RESTORED, "listed by its record")


@dataclass(frozen=True)
class _Gap:
    """What is wrong with how a document is listed."""

    record: DocumentRecord
    reason: str
    lacking: list[Entry]

    def as_finding(self) -> Finding:
        lists = sorted(entry.partition for entry in self.lacking)
        return finding(Kind.UNLISTED_DOCUMENTS, self.record.doc_hash, self.record.version, lists, self.reason)


class ListingGaps:
    """Looks for such documents a page of records at a time."""

    def __init__(self, records: DocumentRecords, table: ListingTable, *, repair: bool) -> None:
        self._records = records
        self._table = table
        self._repair = repair

    def examine(self, page: Sequence[DocumentRecord], quiet: Quiet) -> Examined:
        """Compare the page with the lists, and list anew what is wrong with `repair`.

        Nothing is done about documents that are changing, nor about those that the lists never had while they are
        filled for the first time; nor are they counted: that their stores are looked at does.
        """
        resting = [record for record in page if quiet.at_rest(record)]
        states = self._table.states((record.doc_hash for record in resting), consistent=False)
        suspects = [gap.record for gap in self._gaps(resting, states, consistent=False)]
        # Before the entries, and these before the records: see `_is_certain`.
        later = {record.doc_hash: self._table.state(record.doc_hash) or NOTHING for record in suspects}
        gaps = self._gaps(suspects, later, consistent=True)
        now = self._records.get_many(gap.record.doc_hash for gap in gaps)
        filling = any(not state.serial for state in later.values()) and self._table.caught_up().until is None
        findings: list[Finding] = []
        in_motion = 0
        for gap in gaps:
            doc_hash = gap.record.doc_hash
            before, state = states.get(doc_hash, NOTHING), later[doc_hash]
            certain = before.serial == state.serial and _is_certain(gap.record, state, now.get(doc_hash), quiet)
            to_come = filling and not state.serial
            found = self._finding(gap) if certain and not to_come else None
            if found is None:
                in_motion += 1
            else:
                findings.append(found)
        return Examined(findings, in_motion)

    def _gaps(
        self, records: Iterable[DocumentRecord], states: Mapping[str, ListedState], *, consistent: bool
    ) -> list[_Gap]:
        gaps: list[_Gap] = []
        wanted: dict[str, set[Entry]] = {}
        by_hash = {record.doc_hash: record for record in records}
        for doc_hash, record in by_hash.items():
            state, listed = states.get(doc_hash, NOTHING), Listed.of(record)
            if reason := _difference(record, state, listed):
                gaps.append(_Gap(record, reason, []))
            else:
                wanted[doc_hash] = entries_of(doc_hash, listed)
        there = self._table.existing(set[Entry]().union(*wanted.values()), consistent=consistent)
        for doc_hash, entries in wanted.items():
            if lacking := entries - there:
                reason = f"{len(lacking)} of its {len(entries)} entries are not there"
                gaps.append(_Gap(by_hash[doc_hash], reason, list(lacking)))
        return gaps

    def _finding(self, gap: _Gap) -> Finding | None:
        """The gap's finding, repaired if that was asked for; none if the document is changing after all."""
        found = gap.as_finding()
        if not self._repair:
            return found
        changed = list_anew(self._table, self._records, gap.record.doc_hash)
        return _LISTED.applied_to(found) if changed is not None else None


def _difference(record: DocumentRecord, state: ListedState, listed: Listed | None) -> str:
    """What is wrong with what the lists should have, in words; empty for nothing.

    A record that changed in other ways than these since it was listed is none.
    """
    if state.revision > record.revision:
        return f"it is listed as of revision {state.revision}, and its record is at {record.revision}"
    if state.listed != listed:
        as_of = f"as of revision {state.revision}" if state.serial else "nowhere"
        return f"it is listed {as_of}, and its record is at {record.revision}"
    return "a change of its lists was begun and not ended" if state.begun else ""


def _is_certain(record: DocumentRecord, state: ListedState, now: DocumentRecord | None, quiet: Quiet) -> bool:
    """Whether nobody is at what is listed of the document; `state` was read before its entries, and `now` after them.

    Whoever removes entries that the state has is about to list a newer record, which would be there; and one who was
    overtaken while he did has written the state before, within the time that a function may run.
    """
    unchanged = now is not None and now.revision == record.revision and quiet.at_rest(now)
    return unchanged and quiet.is_before(state.followed_at)
