"""What is measured, each by a function that returns plain data. Every wait has a bound."""

import random
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event
from typing import Any

from benchmarks.corpus import CorpusDocument
from benchmarks.errors import RunError
from bloomweaver.models.record import Status
from cli.answers import Accepted, Document
from cli.client import Api, ApiError
from cli.parallel import in_parallel
from cli.waiting import wait_until_settled
from local.processes import StartedProcess, memory_mib

CLIENTS = 4
"""Requests at a time while the corpus is sent."""
CORPUS_SECONDS = 900.0
DOCUMENT_SECONDS = 60.0
SEARCH_PAUSE_SECONDS = 0.03
MEMORY_PAUSE_SECONDS = 5.0

WORDS = [
    "amber", "anchor", "apricot", "badger", "bakery", "basalt", "beacon", "beaver", "birch", "blizzard", "bronze",
    "candle", "canyon", "cedar", "cello", "cinnamon", "cobalt", "comet", "copper", "coral", "crane", "cypress",
    "dolphin", "ember", "falcon", "fern", "ferry", "fjord", "flute", "fox", "garnet", "geyser", "glacier", "granite",
    "harbour", "hazel", "heron", "indigo", "iris", "ivory",
]  # fmt: skip


@dataclass(frozen=True)
class Ingestion:
    """A corpus that was sent in one go. `seconds` is from the first POST to the last document indexed."""

    documents: int
    chunks: int
    seconds: float
    unsuccessful: list[Document]


class MemoryWatch:
    """The highest memory of some processes and all that they started, looked at every few seconds."""

    def __init__(self) -> None:
        self.highest_mib = 0.0


def remove(api: Api, doc_hashes: Sequence[str]) -> int:
    """Delete the documents and wait until they are gone. Returns how many there were. Raises `RunError`."""

    def delete(doc_hash: str) -> Accepted | None:
        try:
            return api.delete(doc_hash)
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    with in_parallel(delete, doc_hashes, CLIENTS) as answers:
        known = [answer for answer in answers if answer is not None]
    settlement = wait_until_settled(api, {answer.doc_hash: answer.version for answer in known}, CORPUS_SECONDS)
    left = [document.doc_hash for document in settlement.ended if document.status is not Status.DELETED]
    if left or settlement.pending:
        raise RunError(f"these documents could not be deleted: {', '.join(left + settlement.pending)}")
    return sum(answer.status == "queued" for answer in known)


def ingest(api: Api, corpus: Sequence[CorpusDocument]) -> Ingestion:
    """Send the corpus, several documents at a time, and wait until all of it is indexed, or failed.

    The time is taken from the records, and the document that was sent last is asked about first, so that this client
    takes hardly any of the time that it measures. Raises `RunError` if a document is there already, or the pipeline is
    not done in time.
    """
    started = datetime.now(UTC)
    with in_parallel(lambda document: api.submit(document.body()), corpus, CLIENTS) as answers:
        accepted = list(answers)
    versions = {answer.doc_hash: answer.version for answer in reversed(accepted)}
    settlement = wait_until_settled(api, versions, CORPUS_SECONDS)
    known = [answer.doc_hash for answer in accepted if answer.status != "queued"]
    if known:
        raise RunError(f"these documents were there before, so nothing was measured: {', '.join(known)}")
    if settlement.pending:
        raise RunError(f"{len(settlement.pending)} documents were not done in {CORPUS_SECONDS:.0f} s")
    indexed = [document for document in settlement.ended if document.status is Status.INDEXED]
    ended_at = [datetime.fromisoformat(document.updated_at) for document in settlement.ended]
    return Ingestion(
        documents=len(indexed),
        chunks=sum(document.chunk_count for document in indexed),
        seconds=(max(ended_at) - started).total_seconds(),
        unsuccessful=[document for document in settlement.ended if document.status is not Status.INDEXED],
    )


def webhook_latencies(api: Api, requests: int) -> list[float]:
    """How long POST /webhook takes to answer, in seconds: new small documents, each sent when the one before is done.

    One request more is sent first and not counted, so that the connection and the function are there.
    """
    bodies = [body for body, _ in small_documents("latency", requests + 1)]
    latencies = []
    for body in bodies:
        started = time.perf_counter()
        accepted = api.submit(body)
        latencies.append(time.perf_counter() - started)
        wait_for(api, accepted, Status.INDEXED)
    remove(api, [body["doc_hash"] for body in bodies])
    return latencies[1:]


def times_to_searchable(api: Api, rounds: int) -> list[float]:
    """How long it takes from the POST of a new small document until a search returns it, in seconds.

    The search asks for the document's one sentence, again and again with a short pause. Raises `RunError`.
    """
    documents = small_documents("searchable", rounds)
    times = []
    for body, sentence in documents:
        started = time.perf_counter()
        accepted = api.submit(body)
        while not finds(api, sentence, accepted.doc_hash):
            if time.perf_counter() - started > DOCUMENT_SECONDS:
                raise RunError(f"{accepted.doc_hash} was not searchable after {DOCUMENT_SECONDS:.0f} s")
            time.sleep(SEARCH_PAUSE_SECONDS)
        times.append(time.perf_counter() - started)
        wait_for(api, accepted, Status.INDEXED)
    remove(api, [body["doc_hash"] for body, _ in documents])
    return times


def finds(api: Api, sentence: str, doc_hash: str) -> bool:
    """Whether a search for `sentence` returns the passage of the document that has it."""
    hits = api.search(sentence, top_k=5).results
    return any(hit.doc_hash == doc_hash and sentence in hit.text for hit in hits)


def wait_for(api: Api, accepted: Accepted, status: Status) -> Document:
    """The document's record when the pipeline is done with it. Raises `RunError` if it is not `status` then."""
    settlement = wait_until_settled(api, {accepted.doc_hash: accepted.version}, DOCUMENT_SECONDS)
    if not settlement.ended:
        raise RunError(f"{accepted.doc_hash} was not done in {DOCUMENT_SECONDS:.0f} s")
    document = settlement.ended[0]
    if document.status is not status:
        reason = f": {document.error.type}: {document.error.message}" if document.error else ""
        raise RunError(f"{document.doc_hash} is {document.status}, not {status}{reason}")
    return document


@contextmanager
def watched_memory(processes: Sequence[StartedProcess]) -> Iterator[MemoryWatch]:
    """Look at the memory of the processes while the block runs."""
    watch = MemoryWatch()
    ended = Event()

    def look() -> None:
        while True:
            watch.highest_mib = max(watch.highest_mib, memory_mib(processes))
            if ended.wait(MEMORY_PAUSE_SECONDS):
                return

    with ThreadPoolExecutor(1) as thread:
        looking = thread.submit(look)
        try:
            yield watch
        finally:
            ended.set()
        looking.result()


def small_documents(purpose: str, count: int) -> list[tuple[dict[str, Any], str]]:
    """Webhook bodies of small documents that no run before has sent, each with the one sentence that it holds."""
    chance = random.Random(uuid.uuid4().int)
    documents = []
    for index in range(count):
        a, b, c, d, e, f, g, h = chance.sample(WORDS, 8)
        sentence = f"The {a} {b} and the {c} {d} met the {e} {f} near the {g} {h}."
        body = {
            "operation": "CREATE",
            # The same ids in every run, so that the table does not fill with the records of deleted documents.
            "doc_hash": f"measure-{purpose}-{index:03d}",
            "content_type": "text/plain",
            "content": sentence,
        }
        documents.append((body, sentence))
    return documents
