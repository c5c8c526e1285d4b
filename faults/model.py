"""What must be true, kept by the run itself from the webhook's answers alone.

The webhook counts a document's versions. A change whose answer was `queued` has its version for certain. One whose
answer was lost may have been accepted all the same, under a version that nobody was told: it is *unsure*. A version
that no answer named must belong to one of those.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bloomweaver.models.record import Operation
from bloomweaver.search.answer import SearchHit
from faults.findings import Findings
from faults.workload import MARK, Change, complete


@dataclass(frozen=True)
class Known:
    """What was known of a document at one moment, before a request was sent."""

    version: int = 0
    """The latest of which an answer told."""
    source_version: int | None = None
    deleted: int = 0
    """The version of the latest DELETE that was accepted."""
    seen: int = 0
    """The latest version that a search has shown."""


@dataclass
class _Document:
    known: Known = field(default_factory=Known)
    accepted: dict[int, Change] = field(default_factory=dict)
    confirmed: dict[int, Change] = field(default_factory=dict)
    """Versions that an answer `unchanged` told of."""
    unsure: dict[int, Change] = field(default_factory=dict)
    """By the change's number."""
    observed: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Marks by version, as searches showed them."""

    def candidates(self, version: int) -> list[Change]:
        """The change that has the version, or those that may have it."""
        change = self.accepted.get(version) or self.confirmed.get(version)
        return [change] if change else list(self.unsure.values())


class Model:
    """The state that every document must come to, and what searches may show on the way. Safe between threads."""

    def __init__(self, findings: Findings, *, leaves_out: str = "") -> None:
        """`leaves_out` is how the ids of documents begin that others hold against something else; empty is none."""
        self._findings = findings
        self._leaves_out = leaves_out
        self._lock = threading.Lock()
        self._documents: dict[str, _Document] = defaultdict(_Document)
        self._document_of: dict[int, str] = {}
        """By the number of a change, which the marks of its text begin with."""

    def known(self, doc_hash: str) -> Known:
        """What is known of the document now."""
        with self._lock:
            return self._documents[doc_hash].known

    def all_known(self) -> dict[str, Known]:
        """What is known of every document now."""
        with self._lock:
            return {doc_hash: document.known for doc_hash, document in self._documents.items()}

    def accepted_versions(self) -> dict[str, set[int]]:
        """The versions of each document that an answer said were accepted."""
        with self._lock:
            return {doc_hash: set(document.accepted) for doc_hash, document in self._documents.items()}

    def queued(self, change: Change, version: int, before: Known) -> None:
        """The webhook took the change as this version; `before` is what was known when the request was sent."""
        doc_hash = change.doc_hash
        with self._lock:
            document = self._documents[doc_hash]
            self._document_of[change.number] = doc_hash
            other = document.accepted.get(version)
            if other is not None:
                self._wrong("a version is given once", change, f"version {version} went to change {other.number} too")
            if version <= before.version:
                self._wrong("versions grow", change, f"version {version} came after {before.version} was known")
            if _is_older(change, before):
                self._wrong(
                    "an older source_version is refused", change, f"{change.source_version} < {before.source_version}"
                )
            document.accepted[version] = change
            known = document.known
            document.known = replace(
                known,
                version=max(known.version, version),
                source_version=_newest(known.source_version, change.source_version),
                deleted=max(known.deleted, version) if change.operation is Operation.DELETE else known.deleted,
            )

    def unchanged(self, change: Change, version: int) -> None:
        """The webhook says that this version is the same as the change."""
        with self._lock:
            document = self._documents[change.doc_hash]
            other = document.accepted.get(version)
            if other is not None and not _same_content(other, change):
                self._wrong("unchanged means equal", change, f"version {version} is change {other.number}")
            document.confirmed[version] = change
            known = document.known
            deleted = version if change.operation is Operation.DELETE else 0
            document.known = replace(known, version=max(known.version, version), deleted=max(known.deleted, deleted))

    def retried(self, doc_hash: str, operation: Operation, failed: int, version: int) -> None:
        """The operation of version `failed` was accepted once more, as this version."""
        with self._lock:
            document = self._documents[doc_hash]
            known = document.known
            if version <= known.version:
                evidence = f"the retry of {failed} became {version}, after {known.version} was known"
                self._findings.report("versions grow", doc_hash, evidence)
            candidates = document.candidates(failed)
            if len(candidates) == 1:
                document.accepted[version] = candidates[0]
            deleted = version if operation is Operation.DELETE else known.deleted
            document.known = replace(known, version=max(known.version, version), deleted=deleted)

    def refused(self, change: Change, status: int, before: Known) -> None:
        """The webhook refused the change: 409 for an older `source_version`, 404 for a DELETE of what never was."""
        with self._lock:
            if status == 409 and change.source_version is not None:
                return
            takes_none = change.operation is Operation.DELETE or change.is_edit
            never_was = status == 404 and takes_none and before.version == 0
            if not never_was:
                self._wrong("nothing valid is refused", change, f"{status} with version {before.version} known")

    def unsure(self, change: Change) -> None:
        """The answer was lost, so the change may have been accepted, or may be yet."""
        with self._lock:
            self._documents[change.doc_hash].unsure[change.number] = change

    def may_change(self, doc_hashes: Iterable[str], becomes: Callable[[Change], Change | None]) -> None:
        """Something is about to change documents by itself. Each may come to what `becomes` makes of any change that
        it may have had; none is that it stays."""
        with self._lock:
            for doc_hash in doc_hashes:
                document = self._documents[doc_hash]
                known = [*document.accepted.values(), *document.confirmed.values(), *document.unsure.values()]
                there = {_what_it_says(change) for change in document.unsure.values()}
                for change in known:
                    made = becomes(change)
                    if made is not None and _what_it_says(made) not in there:
                        there.add(_what_it_says(made))
                        document.unsure[made.number] = made

    def deleted_marks(self, marks: Iterable[str], before: Mapping[str, Known]) -> dict[str, set[str]]:
        """Those of the marks that stood in nothing but versions which were deleted, by document; `before` is what was
        known. Of a text that may have been sent again under a version that nobody was told, nothing is said."""
        found: dict[str, set[str]] = defaultdict(set)
        with self._lock:
            for mark in marks:
                doc_hash = self._document_of.get(int(mark[1:6]), "")
                known = before.get(doc_hash)
                if known is None or not known.deleted:
                    continue
                document = self._documents[doc_hash]
                has_it = {**document.confirmed, **document.accepted}.items()
                versions = [version for version, change in has_it if mark in change.marks]
                may_be_there = any(mark in change.marks for change in document.unsure.values())
                if versions and max(versions) <= known.deleted and not may_be_there:
                    found[doc_hash].add(mark)
        return found

    def searched(self, hits: Sequence[SearchHit], before: dict[str, Known], *, whole: str | None) -> None:
        """A search answered `hits`; `before` is what was known when it was sent. `whole` is the document that it was
        for alone, of which an answer must have all parts or none."""
        by_document: dict[str, list[SearchHit]] = defaultdict(list)
        for hit in hits:
            if not self._leaves_out or not hit.doc_hash.startswith(self._leaves_out):
                by_document[hit.doc_hash].append(hit)
        with self._lock:
            for doc_hash, found in by_document.items():
                self._check_hits(doc_hash, found, before.get(doc_hash, Known()), is_whole=doc_hash == whole)

    def _check_hits(self, doc_hash: str, hits: list[SearchHit], before: Known, *, is_whole: bool) -> None:
        document = self._documents[doc_hash]
        versions = sorted({hit.version for hit in hits})
        marks = [mark.group() for hit in hits for mark in MARK.finditer(hit.text)]
        evidence = f"versions {versions}, marks {sorted(set(marks))}, known before {before}"
        report = self._findings.report
        if len(versions) > 1:
            report("never two versions of a document in an answer", doc_hash, evidence)
        if versions[0] <= before.deleted:
            report("nothing deleted is served", doc_hash, evidence)
        if versions[0] < before.seen:
            report("never older than what was seen", doc_hash, evidence)
        if is_whole and not complete(marks):
            report("never half a document", doc_hash, evidence)
        for hit in hits:
            document.observed[hit.version] |= {mark.group() for mark in MARK.finditer(hit.text)}
        known = document.known
        document.known = replace(known, seen=max(known.seen, versions[-1]))

    def check_observed(self) -> None:
        """That every text that was found under a version is of the change that has it. Call it when all is answered."""
        with self._lock:
            for doc_hash, document in self._documents.items():
                for version, marks in document.observed.items():
                    if not any(marks <= change.marks for change in document.candidates(version)):
                        evidence = f"version {version} showed {sorted(marks)}"
                        self._findings.report("a version shows its own text", doc_hash, evidence)

    def newest(self, doc_hash: str, version: int) -> list[Change]:
        """What a document may be whose record is at `version`: the change that has it, or those that are unsure.

        None if that cannot be: a version that was accepted is missing, or one is there that nobody asked for.
        """
        with self._lock:
            document = self._documents[doc_hash]
            return [] if version < document.known.version else document.candidates(version)

    def was_sent(self, doc_hash: str) -> bool:
        """Whether anything of the document may have been accepted."""
        with self._lock:
            document = self._documents[doc_hash]
            return bool(document.known.version or document.unsure)

    def _wrong(self, promise: str, change: Change, evidence: str) -> None:
        self._findings.report(promise, change.doc_hash, f"change {change.number} ({change.operation}): {evidence}")


def _is_older(change: Change, before: Known) -> bool:
    if change.source_version is None or before.source_version is None:
        return False
    return change.source_version < before.source_version


def _newest(one: int | None, other: int | None) -> int | None:
    given = [value for value in (one, other) if value is not None]
    return max(given, default=None)


def _same_content(one: Change, other: Change) -> bool:
    return _what_it_says(one) == _what_it_says(other)


def _what_it_says(change: Change) -> tuple[bool, str, str, str | None]:
    if change.operation is Operation.DELETE:
        return True, "", "", None
    return False, change.content, change.folder, change.title
