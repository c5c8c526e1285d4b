"""Documents that a run singles out: each meets one trouble, before all else fails.

In a short run, chance alone does not see to it that a batch is half stored, that a branch fails for good, or that a
message is lost. So these documents are sent before the workload. What they are refused, they are refused until their
records say so. Nothing more is sent of them: what mends them is the recovery, after all that comes between.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bloomweaver import keys
from bloomweaver.models.record import Operation, Status
from faults.findings import Findings
from faults.proxy import Rule
from faults.searcher import Searcher
from faults.sender import Sender
from faults.stand import Stand
from faults.workload import Change, long_change

EFFECT_SECONDS = 45.0
"""The most that is waited until every trouble has had its effect. It takes some seconds."""
_LOOK_SECONDS = 0.3
_FIRST_NUMBER = 90_000
"""Of the changes: above all numbers of the workload."""
_LANE = "singled out"
_WITHOUT_END = 10_000


class Trouble(StrEnum):
    """What one document meets. The value is what it is called in the report."""

    HALF_STORED = "one document: vector index stores half of its batch"
    VECTORS_REFUSED = "one document: vector index refuses its vectors"
    VECTORS_KEPT = "one document: vector index refuses to remove what an update replaced"
    VECTORS_KEPT_DELETED = "one document: vector index refuses to remove what was deleted"
    BACKUPS_REFUSED = "one document: S3 refuses its backups"
    BACKUPS_KEPT = "one document: S3 refuses to remove the backups that an update replaced"
    EMBEDDING_REFUSED = "one document: embedding service refuses its text"
    MESSAGE_LOST = "one document: SQS fails, and the client gives up"
    START_REFUSED = "one document: Step Functions refuses to start its delete"


@dataclass(frozen=True)
class _Case:
    effect: Status | None
    """The status that the document is to come to; none: it is enough that the trouble happened."""
    then: Operation | None = None
    """What follows when the document's first version is served."""


_CASES = {
    Trouble.HALF_STORED: _Case(None),
    Trouble.VECTORS_REFUSED: _Case(Status.PARTIAL),
    Trouble.VECTORS_KEPT: _Case(Status.PARTIAL, Operation.UPDATE),
    Trouble.VECTORS_KEPT_DELETED: _Case(Status.PARTIAL, Operation.DELETE),
    Trouble.BACKUPS_REFUSED: _Case(Status.PARTIAL),
    Trouble.BACKUPS_KEPT: _Case(Status.PARTIAL, Operation.UPDATE),
    Trouble.EMBEDDING_REFUSED: _Case(Status.FAILED),
    Trouble.MESSAGE_LOST: _Case(None),
    Trouble.START_REFUSED: _Case(Status.DELETING, Operation.DELETE),
}
_STUB_FAULTS: dict[Trouble, dict[str, object]] = {
    Trouble.HALF_STORED: {"operation": "upsert", "partial": True, "times": 1},
    Trouble.VECTORS_REFUSED: {"operation": "upsert", "status": 400, "times": _WITHOUT_END},
    Trouble.VECTORS_KEPT: {"operation": "delete", "status": 400, "times": _WITHOUT_END},
    Trouble.VECTORS_KEPT_DELETED: {"operation": "delete", "status": 400, "times": _WITHOUT_END},
}
"""Of the stand-in for Pinecone."""


class SingledOut:
    """Sends the documents, refuses what they are to be refused, and stops when that had its effect."""

    def __init__(self, stand: Stand, sender: Sender, findings: Findings, seed: int) -> None:
        self._stand = stand
        self._sender = sender
        self._findings = findings
        has_stub = stand.config.vector_store == "pinecone"
        self._documents = {
            trouble: f"singled-{seed}-{trouble.name.lower().replace('_', '-')}"
            for trouble in Trouble
            if has_stub or trouble not in _STUB_FAULTS
        }
        self._counts: Counter[str] = Counter()

    @property
    def documents(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(self._documents.values())

    def counts(self) -> dict[str, int]:
        """How many requests each trouble met."""
        return dict(self._counts)

    def run(self, searcher: Searcher) -> None:
        """Return when every trouble has had its effect, and each document was searched for in the midst of it.

        A trouble that has had none after some time is a violation: a failure that nobody can see.
        """
        deadline = time.monotonic() + EFFECT_SECONDS
        self._refuse()
        try:
            for number, (trouble, doc_hash) in enumerate(self._documents.items(), _FIRST_NUMBER):
                gives_up = self._is_accepted(doc_hash) if trouble is Trouble.MESSAGE_LOST else lambda: False
                self._deliver(long_change(number, doc_hash, Operation.CREATE), deadline, gives_up)
            for number, (trouble, doc_hash) in enumerate(self._documents.items(), _FIRST_NUMBER + len(Trouble)):
                operation = _CASES[trouble].then
                if operation is not None:
                    _wait(self._is_at(doc_hash, Status.INDEXED), deadline)
                    self._deliver(long_change(number, doc_hash, operation), deadline)
            for trouble, doc_hash in self._documents.items():
                if not _wait(self._has_had_effect(trouble, doc_hash), deadline):
                    evidence = f"{trouble}: the record says '{self._stand.status(doc_hash)}'"
                    self._findings.report("what failed says so", doc_hash, evidence)
            with self._stand.connect() as http:
                for doc_hash in self.documents:
                    searcher.ask_for(http, doc_hash)
        finally:
            self._refuse_no_more()

    def _refuse(self) -> None:
        aws_rules, embedding_rules = self._rules()
        self._stand.aws_proxy.set_rules(aws_rules, _LANE)
        self._stand.embedding_proxy.set_rules(embedding_rules, _LANE)
        for trouble, doc_hash in self._at_stub():
            fault = {**_STUB_FAULTS[trouble], "about": _ids_of(doc_hash)}
            self._stand.administer_stub("POST", "faults", fault)

    def _refuse_no_more(self) -> None:
        for proxy in (self._stand.aws_proxy, self._stand.embedding_proxy):
            proxy.set_rules([], _LANE)
            self._counts.update({trouble: count for trouble, count in proxy.counts().items() if trouble in _CASES})
        for trouble, doc_hash in self._at_stub():
            self._counts[trouble] = self._stand.clear_stub_faults(_ids_of(doc_hash))

    def _rules(self) -> tuple[Sequence[Rule], Sequence[Rule]]:
        """Those of AWS and those of the embedding service."""
        bucket = self._stand.outputs["BackupsBucketName"]

        def rule(trouble: Trouble, service: str, about: str, status: int, code: str) -> Rule:
            return Rule(
                name=trouble, service=service, about=about, probability=1.0, action="error", status=status, code=code
            )

        refused = f"/{bucket}/{self._documents[Trouble.BACKUPS_REFUSED]}/"
        kept = f"<Key>{self._documents[Trouble.BACKUPS_KEPT]}/"
        embedded = self._documents[Trouble.EMBEDDING_REFUSED]
        number = _FIRST_NUMBER + list(self._documents).index(Trouble.EMBEDDING_REFUSED)
        text = long_change(number, embedded, Operation.CREATE).parts[0][:50]
        lost = self._documents[Trouble.MESSAGE_LOST]
        delete = f'"{keys.execution_name(self._documents[Trouble.START_REFUSED], 2)}"'
        return [
            rule(Trouble.BACKUPS_REFUSED, "s3", refused, 403, "AccessDenied"),
            rule(Trouble.BACKUPS_KEPT, "s3", kept, 403, "AccessDenied"),
            rule(Trouble.MESSAGE_LOST, "sqs", lost, 500, "InternalFailure"),
            rule(Trouble.START_REFUSED, "states", delete, 400, "ThrottlingException"),
        ], [rule(Trouble.EMBEDDING_REFUSED, "*", text, 422, "Unprocessable")]

    def _at_stub(self) -> list[tuple[Trouble, str]]:
        return [(trouble, doc_hash) for trouble, doc_hash in self._documents.items() if trouble in _STUB_FAULTS]

    def _deliver(self, change: Change, deadline: float, gives_up: Callable[[], bool] = lambda: False) -> None:
        with self._stand.connect() as http:
            self._sender.deliver(http, change, 0, deadline, gives_up)

    def _is_accepted(self, doc_hash: str) -> Callable[[], bool]:
        return lambda: self._stand.status(doc_hash) is not None

    def _is_at(self, doc_hash: str, status: Status) -> Callable[[], bool]:
        return lambda: self._stand.status(doc_hash) == status

    def _has_had_effect(self, trouble: Trouble, doc_hash: str) -> Callable[[], bool]:
        effect = _CASES[trouble].effect
        return lambda: self._has_met(trouble, doc_hash) and (effect is None or self._stand.status(doc_hash) == effect)

    def _has_met(self, trouble: Trouble, doc_hash: str) -> bool:
        if trouble in _STUB_FAULTS:
            return self._stand.stub_faults(_ids_of(doc_hash)) > 0
        return any(proxy.counts().get(trouble, 0) for proxy in (self._stand.aws_proxy, self._stand.embedding_proxy))


def _ids_of(doc_hash: str) -> str:
    """How the ids of its vectors begin."""
    return f"{doc_hash}#"


def _wait(is_so: Callable[[], bool], deadline: float) -> bool:
    """Whether it was so before the deadline."""
    while not is_so():
        if time.monotonic() >= deadline:
            return False
        time.sleep(_LOOK_SECONDS)
    return True
