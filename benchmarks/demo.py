"""`make demo`: the whole pipeline on one machine, with Python's own documentation, checked and measured.

Exits with 0 if every check held. The measured figures do not decide: they depend on the machine.
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from botocore.exceptions import ClientError
from rich.console import Console

from benchmarks import figures
from benchmarks.corpus import CorpusDocument, stdlib_documents
from benchmarks.errors import RunError
from benchmarks.figures import Figure
from benchmarks.measurements import (
    finds,
    ingest,
    remove,
    times_to_searchable,
    wait_for,
    watched_memory,
    webhook_latencies,
)
from benchmarks.running import RunningStack, open_api, running_stack
from bloomweaver import keys
from bloomweaver.models.record import Status
from bloomweaver.passages.artifacts import REUSED
from bloomweaver.search.answer import SearchHit
from cli.client import Api, ApiError
from cli.output import plain, snippet
from cli.tables import print_rows
from local import aws
from local.errors import StackError
from local.stack import StackDescriptor

LATENCY_REQUESTS = 40
SEARCHABLE_ROUNDS = 20
DOCUMENTS_AT_LEAST = 200
BEST_DOCUMENTS = 5
"""An expected document has to be among so many that a search finds first."""
HITS = 50
"""Passages that a search asks for, since several may be of one document."""
SNIPPET_CHARACTERS = 60
"""Of a passage that is shown."""

SEARCHES = (
    ("parse command line options", "argparse"),
    ("read and write CSV files", "csv"),
    ("run another program and capture its output", "subprocess"),
    ("send an email over SMTP", "smtplib"),
    ("find differences between two texts", "difflib"),
    ("random numbers for security tokens", "secrets"),
    ("query a SQLite database", "sqlite3"),
    ("fractions and rational arithmetic", "fractions"),
)
"""What is searched for, and the module that has to come up."""

UPDATED = "statistics"
NEW_SENTENCE = "Statistics about ferries: the mean number of amber lanterns on nineteen fjord ferries."
RESENT = "textwrap"
DELETED = "calendar"
DELETED_QUERY = "print a calendar for a month as text"

console = Console(highlight=False)


@dataclass(frozen=True)
class Check:
    """Something that has to hold, and whether it does."""

    what: str
    held: bool


class Demo:
    """One run. The steps are in the order in which `run` takes them; each notes its checks and figures."""

    def __init__(self, api: Api, stack: RunningStack, corpus: Sequence[CorpusDocument]) -> None:
        self._api = api
        self._stack = stack
        self._corpus = {document.module: document for document in corpus}
        self.checks: list[Check] = []
        self.figures: list[Figure] = []

    def run(self) -> None:
        """All steps. Raises `RunError` and `ApiError` where one cannot be done."""
        with watched_memory(self._stack.descriptor.processes) as memory:
            self._ingest()
            self._search()
            self._update()
            self._resend()
            self._delete()
        # Not while latencies are measured: looking takes time from a machine with few cores.
        self.figures += figures.of_memory(memory.highest_mib)
        self._measure_idle()

    def _ingest(self) -> None:
        _title(f"{len(self._corpus)} modules of Python's standard library")
        removed = remove(self._api, [document.doc_hash for document in self._corpus.values()])
        if removed:
            console.print(f"removed {removed} documents of a run before")
        ingestion = ingest(self._api, list(self._corpus.values()))
        console.print(f"{ingestion.documents} documents, {ingestion.chunks} chunks, in {ingestion.seconds:.1f} s")
        for document in ingestion.unsuccessful:
            reason = f"{document.error.type}: {document.error.message}" if document.error else "no reason was recorded"
            console.print(plain(f"{document.doc_hash} is {document.status}: {reason}"))
        self._check(f"at least {DOCUMENTS_AT_LEAST} documents are indexed", ingestion.documents >= DOCUMENTS_AT_LEAST)
        self._check("none failed", not ingestion.unsuccessful)
        self.figures += figures.of_ingestion(ingestion)

    def _search(self) -> None:
        _title("Searches")
        rows = []
        checks = []
        for query, expected in SEARCHES:
            best = _best_of_each_document(self._api.search(query, top_k=HITS).results)
            for place, hit in enumerate(best[:3]):
                cells = (f"{hit.score:.3f}", hit.title or hit.doc_hash, snippet(hit.text, SNIPPET_CHARACTERS))
                rows.append([plain(cell) for cell in (query if place == 0 else "", *cells)])
            found = [hit.title for hit in best[:BEST_DOCUMENTS]]
            checks.append((f"'{query}' finds {expected} among its first {BEST_DOCUMENTS} documents", expected in found))
        print_rows(console, None, ("Query", "#Score", "Module", "Text"), rows)
        for what, held in checks:
            self._check(what, held)

    def _update(self) -> None:
        _title(f"An update of {UPDATED}")
        before = self._corpus[UPDATED]
        old_sentence = before.first_line()
        after = replace(before, text=before.text.replace(old_sentence, NEW_SENTENCE, 1))
        record = self._api.document(before.doc_hash)
        found_before = finds(self._api, old_sentence, before.doc_hash)
        accepted = self._api.submit(after.body())
        updated = wait_for(self._api, accepted, Status.INDEXED)
        reused = _reused_vectors(self._stack.descriptor, before.doc_hash, accepted.version, str(updated.index))
        console.print(
            f"version {record.version} became {updated.version} ({accepted.operation}): {updated.chunk_count} chunks, "
            f"the vectors of {reused} were reused"
        )
        old_hits = self._api.search(old_sentence, top_k=100, filter={"module": UPDATED}).results
        self._check("the update made the next version", updated.version == record.version + 1)
        self._check("vectors of unchanged passages were reused", 0 < reused < updated.chunk_count)
        self._check(f"the new sentence is found: '{NEW_SENTENCE}'", finds(self._api, NEW_SENTENCE, before.doc_hash))
        self._check(f"the old one was found before: '{old_sentence}'", found_before)
        self._check("it is found no more", not any(old_sentence in hit.text for hit in old_hits))
        self._check("only the new version is found", {hit.version for hit in old_hits} == {updated.version})

    def _resend(self) -> None:
        _title(f"{RESENT}, sent again as it is")
        document = self._corpus[RESENT]
        version = self._api.document(document.doc_hash).version
        accepted = self._api.submit(document.body())
        console.print(f"answered '{accepted.status}', version {accepted.version}")
        self._check("nothing is done for it", accepted.status == "unchanged" and accepted.version == version)

    def _delete(self) -> None:
        _title(f"{DELETED}, deleted")
        doc_hash = self._corpus[DELETED].doc_hash
        before = self._hits_of(doc_hash, DELETED_QUERY)
        accepted = self._api.delete(doc_hash)
        after = self._hits_of(doc_hash, DELETED_QUERY)
        console.print(f"'{DELETED_QUERY}': {before} hits in {DELETED} before, {after} right after the answer")
        self._check("its passages were found before", before > 0)
        self._check("none is found once the webhook has answered", after == 0)
        wait_for(self._api, accepted, Status.DELETED)
        self._check("none is found when its vectors are removed", self._hits_of(doc_hash, DELETED_QUERY) == 0)

    def _measure_idle(self) -> None:
        _title("Measuring the idle stack")
        console.print(
            f"{LATENCY_REQUESTS} single webhook requests, then {SEARCHABLE_ROUNDS} single documents searched for"
        )
        self.figures += figures.of_latencies(webhook_latencies(self._api, LATENCY_REQUESTS))
        self.figures += figures.of_times_to_searchable(times_to_searchable(self._api, SEARCHABLE_ROUNDS))

    def _hits_of(self, doc_hash: str, query: str) -> int:
        return sum(hit.doc_hash == doc_hash for hit in self._api.search(query, top_k=HITS).results)

    def _check(self, what: str, held: bool) -> None:
        self.checks.append(Check(what, held))
        console.print(
            "  [green]ok[/green]     " if held else "  [bold red]FAILED[/bold red] ",
            plain(what),
            sep="",
            soft_wrap=True,
        )


def main() -> int:
    """Run the demo. Returns the exit code."""
    started = time.monotonic()
    try:
        with running_stack(lambda line: console.print(plain(line))) as stack, open_api(stack.descriptor) as api:
            demo = Demo(api, stack, stdlib_documents())
            if stack.up_seconds is not None:
                demo.figures += figures.of_start(stack.up_seconds)
            demo.run()
            elapsed = time.monotonic() - started
    except (RunError, ApiError, StackError) as error:
        console.print("[bold red]The demo could not go on:[/bold red] ", plain(str(error)), sep="")
        return 1
    _title("Result")
    demo.figures.append(Figure("the whole demo", "s", elapsed))
    figures.print_table(console, demo.figures)
    failed = [check for check in demo.checks if not check.held]
    console.print(f"{len(demo.checks) - len(failed)} of {len(demo.checks)} checks held")
    for check in failed:
        console.print("  [bold red]FAILED[/bold red] ", plain(check.what), sep="")
    where = stack.descriptor.dashboard_url or "at the address that `make up` prints"
    console.print(f"To look at all this in the browser: the dashboard, {where}")
    return 1 if failed else 0


def _best_of_each_document(hits: Sequence[SearchHit]) -> list[SearchHit]:
    """The nearest passage of each document, the nearest document first."""
    best: dict[str, SearchHit] = {}
    for hit in hits:
        best.setdefault(hit.doc_hash, hit)
    return list(best.values())


def _reused_vectors(descriptor: StackDescriptor, doc_hash: str, version: int, index: str) -> int:
    """How many vectors of a version come from the version before: the pipeline keeps those in a file of their own."""
    s3 = aws.client(descriptor.aws_endpoint_url, "s3")
    bucket = descriptor.outputs["ArtifactsBucketName"]
    key = keys.vectors_key(doc_hash, version, index, REUSED)
    try:
        lines: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return 0
        raise
    return lines.count(b"\n")


def _title(text: str) -> None:
    console.print()
    console.rule(plain(text), align="left")


if __name__ == "__main__":
    sys.exit(main())
