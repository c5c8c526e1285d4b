"""From the stores to the records: which vectors, backups and sources no record knows of."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bloomweaver.keys import ChunkPlace, SourcePlace
from bloomweaver.models.reconciliation import Finding, Kind
from bloomweaver.models.record import DocumentRecord
from bloomweaver.ports import DocumentRecords
from bloomweaver.reconciliation.findings import Examined, finding
from bloomweaver.reconciliation.removals import Group, Removals
from bloomweaver.reconciliation.repairs import Repairs
from bloomweaver.reconciliation.rules import Quiet, Verdict

_FINE = (Verdict.RIGHT, Verdict.IN_MOTION)
Place = TypeVar("Place", ChunkPlace, SourcePlace)


@dataclass(frozen=True)
class Store(Generic[Place]):
    """One of the stores: how its ids are read, judged, looked for and removed, and what an orphan in it is called."""

    orphans: Kind
    noun: str
    index: str | None
    """The name of the vector index; none for the other stores."""
    place: Callable[[str], Place | None]
    judge: Callable[[Place, DocumentRecord | None, Quiet], Verdict]
    existing: Callable[[Sequence[str]], set[str]]
    remove: Callable[[Sequence[str]], None]


class Leftovers(Generic[Place]):
    """Looks through a store a page of ids at a time."""

    def __init__(self, records: DocumentRecords, store: Store[Place], repairs: Repairs | None) -> None:
        self._records = records
        self._store: Store[Place] = store
        self._repairs = repairs

    def examine(self, ids: Sequence[str], quiet: Quiet, *, table_is_empty: bool) -> Examined:
        """Compare the page with the records, and remove what is of none of them if there are `repairs`.

        With `table_is_empty` nothing of unknown documents is removed: it may be the wrong table.
        """
        places = {id_: self._store.place(id_) for id_ in ids}
        known = {id_: place for id_, place in places.items() if place is not None}
        records = self._read(known.values())
        verdicts = {id_: self._store.judge(place, records.get(place.doc_hash), quiet) for id_, place in known.items()}
        in_motion = {known[id_].doc_hash for id_, verdict in verdicts.items() if verdict is Verdict.IN_MOTION}
        suspects = {id_: known[id_] for id_, verdict in verdicts.items() if verdict not in _FINE}
        # What is still there now was not on its way out when its record was read.
        there = self._store.existing(list(suspects)) if suspects else set()
        suspects = {id_: place for id_, place in suspects.items() if id_ in there}
        now = self._read(suspects.values())
        removals = self._removals(table_is_empty)
        findings: list[Finding] = []
        for group in _groups((verdicts[id_], id_, place) for id_, place in suspects.items()):
            doc_hash = group.doc_hash
            found = None
            if doc_hash not in in_motion and _revision(records, doc_hash) == _revision(now, doc_hash):
                found = self._finding(group, now.get(doc_hash), removals)
            if found is None:
                in_motion.add(doc_hash)
            else:
                findings.append(found)
        if foreign := [id_ for id_, place in places.items() if place is None]:
            found = finding(self._store.orphans, None, None, foreign, "Bloomweaver never gave such an id")
            findings.append(removals.add_foreign(foreign).applied_to(found) if removals else found)
        if removals:
            removals.carry_out()
        return Examined(findings, len(in_motion))

    def _read(self, places: Iterable[Place]) -> dict[str, DocumentRecord]:
        return self._records.get_many({place.doc_hash for place in places})

    def _removals(self, table_is_empty: bool) -> Removals | None:
        if self._repairs is None:
            return None
        return Removals(self._repairs, self._store.remove, table_is_empty=table_is_empty)

    def _finding(self, group: Group, record: DocumentRecord | None, removals: Removals | None) -> Finding | None:
        """What the group is, repaired if that was asked for; none if the document is changing."""
        kind = Kind.WRONG_COUNTS if group.verdict is Verdict.SURPLUS else self._store.orphans
        found = finding(kind, group.doc_hash, group.version, group.ids, self._reason(group, record))
        if removals is None:
            return found
        mended = removals.add(group, record)
        return mended.applied_to(found) if mended else None

    def _reason(self, group: Group, record: DocumentRecord | None) -> str:
        if record is None or group.verdict is Verdict.UNKNOWN_DOCUMENT:
            return "there is no record of the document"
        if group.verdict is Verdict.SURPLUS:
            return f"there are {self._store.noun} of {group.chunk_count} chunks, the record says {record.chunk_count}"
        if not record.served_version:
            return "the record serves nothing"
        elsewhere = self._store.index not in (None, record.index)
        return f"the record serves version {record.served_version}" + (f" from '{record.index}'" if elsewhere else "")


def _revision(records: Mapping[str, DocumentRecord], doc_hash: str) -> int:
    return records[doc_hash].revision if doc_hash in records else 0


def _groups(suspects: Iterable[tuple[Verdict, str, Place]]) -> list[Group]:
    """The ids by document, version and verdict; of a document the newest version first."""
    groups: dict[tuple[str, int, Verdict], Group] = {}
    for verdict, id_, place in suspects:
        doc_hash, version = place.doc_hash, place.version
        group = groups.setdefault((doc_hash, version, verdict), Group(verdict, doc_hash, version))
        group.ids.append(id_)
        if isinstance(place, ChunkPlace):
            group.chunk_count = max(group.chunk_count, place.number + 1)
    return sorted(groups.values(), key=lambda group: (group.doc_hash, -group.version))
