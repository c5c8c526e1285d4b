"""What must be true once the pipeline has come to rest: records, index, backups, sources, queues and executions."""

import hashlib
import json
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from bloomweaver import keys
from bloomweaver.models.record import Operation, Status
from bloomweaver.search.request import Mode
from cli.answers import Document
from cli.client import Api, ApiError
from faults.audited import check_audit
from faults.findings import Findings
from faults.lists import check_lists
from faults.model import Model
from faults.recovery import queue_depths, running_executions
from faults.searcher import Searcher
from faults.stand import Stand
from faults.workload import MARK, Change

THREADS = 4
PASSAGES = 100
"""Of a document, that are asked for."""
_MODES = list(Mode)


class FinalChecks:
    """Holds everything that is kept against the model."""

    def __init__(self, stand: Stand, model: Model, findings: Findings, searcher: Searcher) -> None:
        self._stand = stand
        self._model = model
        self._findings = findings
        self._searcher = searcher
        self._index = stand.open_index()

    def run(self, documents: tuple[str, ...], kept_in_step: Sequence[str], report: Callable[[str], None]) -> None:
        """Report every violation. Documents `kept_in_step` are held against their files by others, and here against
        what is kept of them alone."""
        self._model.check_observed()
        self._check_queues()
        self._check_executions()
        expected_backups: set[str] = set()
        expected_sources: set[str] = set()
        with self._stand.open_api() as api, ThreadPoolExecutor(THREADS) as pool:
            sent = [doc_hash for doc_hash in documents if self._model.was_sent(doc_hash)]
            for backups, sources in pool.map(lambda doc_hash: self._check_document(api, doc_hash), sent):
                expected_backups |= backups
                expected_sources |= sources
            for backups, sources in pool.map(lambda doc: self._check_kept(api, api.document(doc)), kept_in_step):
                expected_backups |= backups
                expected_sources |= sources
        entries = check_lists(self._stand, self._findings)
        audited = check_audit(self._stand, self._model, self._findings)
        self._check_bucket("BackupsBucketName", "the backups hold the published version alone", expected_backups)
        self._check_bucket("SourcesBucketName", "the sources hold the published version alone", expected_sources)
        checked = len(sent) + len(kept_in_step)
        report(
            f"checked {checked} documents, {len(expected_backups)} backups, {entries} entries of lists, "
            f"{audited} changes in the audit log"
        )

    def _check_queues(self) -> None:
        for name, (visible, in_flight) in queue_depths(self._stand).items():
            if visible or in_flight:
                evidence = f"{name}: {visible} can be received, {in_flight} are in hand; {self._peek(name)}"
                self._findings.report("no queue holds anything", "", evidence)

    def _peek(self, name: str) -> str:
        answer = self._stand.client("sqs").receive_message(
            QueueUrl=self._stand.outputs[f"{name}Url"], MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        return "; ".join(message["Body"][:400] for message in answer.get("Messages", []))

    def _check_executions(self) -> None:
        for arn in running_executions(self._stand):
            self._findings.report("no execution hangs", "", arn)

    def _check_document(self, api: Api, doc_hash: str) -> tuple[set[str], set[str]]:
        """Check a document. Returns the keys of the backups and of the sources that it should have."""
        try:
            document = api.document(doc_hash)
        except ApiError as error:
            if self._model.known(doc_hash).version:
                self._findings.report("nothing accepted is lost", doc_hash, str(error))
            return set(), set()
        self._check_newest(document)
        return self._check_kept(api, document)

    def _check_kept(self, api: Api, document: Document) -> tuple[set[str], set[str]]:
        """Check what is kept of a document. Returns the same."""
        doc_hash = document.doc_hash
        served = document.served_version
        chunks = range(document.chunk_count if served else 0)
        found = self._index.ids(doc_hash)
        expected = sorted(keys.vector_id(doc_hash, served, index) for index in chunks)
        if found != expected:
            evidence = f"it holds {found}, should hold {expected}; {_describe(document)}"
            self._findings.report("the index holds the published version alone", doc_hash, evidence)
        self._check_content(api, document)
        self._check_passages(api, document)
        source = {keys.source_key(doc_hash, served, document.content_sha256 or "")} if served else set()
        return {keys.backup_key(doc_hash, served, index) for index in chunks}, source

    def _check_content(self, api: Api, document: Document) -> None:
        try:
            given = hashlib.sha256(api.content(document.doc_hash).data).hexdigest()
        except ApiError as error:
            given = str(error)
        gone = not document.served_version and given.startswith("404")
        if not gone and given != document.content_sha256:
            evidence = f"its content is {given}, was {document.content_sha256}; {_describe(document)}"
            self._findings.report("the content is that of the served version", document.doc_hash, evidence)

    def _check_passages(self, api: Api, document: Document) -> None:
        expected: object = (document.served_version, list(range(min(document.chunk_count, PASSAGES))), [])
        try:
            page = api.passages(document.doc_hash, limit=PASSAGES)
        except ApiError as error:
            gone = not document.served_version and str(error).startswith("404")
            given: object = None if gone else str(error)
        else:
            given = (page.version, [passage.index for passage in page.passages], page.missing)
        if given is not None and given != expected:
            evidence = f"they are {given}, should be {expected}; {_describe(document)}"
            self._findings.report("the passages are those of the served version", document.doc_hash, evidence)

    def _check_newest(self, document: Document) -> None:
        doc_hash = document.doc_hash
        candidates = self._model.newest(doc_hash, document.version)
        evidence = _describe(document)
        if not candidates:
            known = self._model.known(doc_hash)
            self._findings.report("the newest accepted operation wins", doc_hash, f"{evidence}; known {known}")
            return
        deleted = all(change.operation is Operation.DELETE for change in candidates)
        published = document.status is Status.INDEXED and document.served_version == document.version
        gone = document.status is Status.DELETED and document.served_version == 0
        if not (published or gone) or (deleted and not gone):
            self._findings.report("every operation ends", doc_hash, f"{evidence}; newest {_names(candidates)}")
        said = (document.folder, document.title)
        if not deleted and not gone and said not in {(change.folder, change.title) for change in candidates}:
            self._findings.report("a document is where it was put", doc_hash, f"{evidence}: {said}")
        self._check_found(document, candidates)

    def _check_found(self, document: Document, candidates: list[Change]) -> None:
        mode = _MODES[zlib.crc32(document.doc_hash.encode()) % len(_MODES)]  # each by one, which is as good as all
        with self._stand.connect() as http:
            answer = self._searcher.ask_for(http, document.doc_hash, mode)
        if answer is None:
            self._findings.report("search answers", document.doc_hash, "it did not, when all was well again")
            return
        if missing := [report.missing for report in answer.legs.values() if report.missing]:
            self._findings.report("both legs answer", document.doc_hash, "; ".join(missing))
        marks = frozenset(mark.group() for hit in answer.results for mark in MARK.finditer(hit.text))
        wanted = [change.marks if document.status is not Status.DELETED else frozenset() for change in candidates]
        if marks not in wanted:
            evidence = f"a {mode} search shows {sorted(marks)}; {_describe(document)}; newest {_names(candidates)}"
            self._findings.report("search shows the newest version whole", document.doc_hash, evidence)

    def _check_bucket(self, bucket: str, promise: str, expected: set[str]) -> None:
        pages = self._stand.client("s3").get_paginator("list_objects_v2").paginate(Bucket=self._stand.outputs[bucket])
        found = {entry["Key"] for page in pages for entry in page.get("Contents", [])}
        for what, wrong in (("is missing", expected - found), ("is too many", found - expected)):
            for key in sorted(wrong):
                self._findings.report(promise, key.partition("/")[0], f"{key} {what}")


def _describe(document: Document) -> str:
    fields = document.model_dump(
        mode="json",
        include={"version", "indexed_version", "status", "operation", "chunk_count", "branches", "error",
                 "execution_arn", "updated_at"},
    )  # fmt: skip
    return f"record {json.dumps(fields)}"


def _names(changes: list[Change]) -> str:
    return ", ".join(f"change {change.number} ({change.operation})" for change in changes)
