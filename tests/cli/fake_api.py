"""The API on a free port of loopback: real HTTP, and the core's own rules on stores in memory.

What the pipeline would do is told by `outcomes`; an answer that the rules do not give is put in `scripted`.
"""

import json
import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import ValidationError

from bloomweaver import clock
from bloomweaver.documents.comparison import CompareRequest, compare
from bloomweaver.documents.edits import Edit, Edits
from bloomweaver.documents.ingest import Ingest
from bloomweaver.errors import BodyExpired, DocumentDeleted, NotFailed, UnexpectedVersion, UnknownDocument
from bloomweaver.live.answers import ChangeList
from bloomweaver.live.changes import Changes, ChangesPage
from bloomweaver.live.cursor import Cursor
from bloomweaver.live.topics import Topic
from bloomweaver.models.folder_path import holders, is_within, name, parent
from bloomweaver.models.record import DocumentRecord, ErrorDetail, Status
from bloomweaver.models.webhook import UPLOAD_PREFIX, WebhookBody
from bloomweaver.recovery.retry import retry
from bloomweaver.request_body import parse
from bloomweaver.search.answer import SearchAnswer
from bloomweaver.search.request import SearchRequest
from tests.audit.memory_audit import asked
from tests.cli.fake_live import FakeLive
from tests.fakes import MemoryObjects, MemoryQueue, MemoryRecords, MemorySources, MemoryUploads
from tests.progress.memory_progress import reading

BODY_MAX_BYTES = 10 * 1024 * 1024
LOOPBACK = "127.0.0.1"

_ENDED = {Status.QUEUED: Status.INDEXED, Status.DELETING: Status.DELETED}


@dataclass(frozen=True)
class Request:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What is answered: bytes as they are, all else as JSON. `cut_off` closes the connection within the body."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    cut_off: bool = False


def problem(status: int, detail: str, *fields: str, retry_after: str | None = None) -> Answer:
    """An error as the API has it."""
    body = {"type": "about:blank", "title": f"Title of {status}", "status": status, "detail": detail}
    headers = {"Retry-After": retry_after} if retry_after is not None else {}
    return Answer(status, {**body, "errors": [{"field": name, "detail": detail} for name in fields]}, headers)


class FakeApi:
    """The API's state, and what it was asked."""

    def __init__(self, origin: str) -> None:
        self.url = f"{origin}/v1"
        self._origin = origin
        self.requests: list[Request] = []
        self.scripted: dict[str, deque[Answer]] = defaultdict(deque)
        """Answers that come first, by method and path, such as `POST /webhook`."""
        self.outcomes: dict[str, Status] = {}
        """How the pipeline ends with a document, `indexed` unless it says otherwise; `queued` is not at all."""
        self.reads_until_done = 2
        self.hits: list[dict[str, Any]] = []
        self.shown: set[Status] = set()
        """Search shows the documents that have one of these statuses, besides `hits`."""
        self.records = MemoryRecords()
        self.objects = MemoryObjects()
        self.live: FakeLive | None = None
        """Where live messages are had, if they are."""
        self._reads: dict[str, int] = defaultdict(int)
        self._lock = threading.Lock()
        self._ingest = Ingest(
            self.records,
            self.objects,
            MemoryUploads(self.objects),
            MemoryQueue(),
            clock.now,
            upload_max_bytes=50 * 2**20,
        )
        self._edits = Edits(
            self.records, self.objects, MemorySources(), MemoryQueue(), clock.now, body_max_bytes=BODY_MAX_BYTES
        )

    def bodies(self, path: str) -> list[dict[str, Any]]:
        """The bodies of the requests to `path`, inflated and read."""
        return [parse(request.body, BODY_MAX_BYTES) for request in self.requests if request.path == path]

    def answer(self, request: Request) -> Answer:
        """The answer to a request. One at a time: the stores are plain dictionaries."""
        with self._lock:
            self.requests.append(request)
            scripted = self.scripted[f"{request.method} {urlsplit(request.path).path}"]
            return scripted.popleft() if scripted else self._by_the_rules(request)

    def _by_the_rules(self, request: Request) -> Answer:
        path = urlsplit(request.path).path
        if request.method == "PUT" and path.startswith(f"/bucket/{UPLOAD_PREFIX}"):
            self.objects.put(path.removeprefix("/bucket/"), request.body)
            return Answer(200)
        match request.method, path.removeprefix("/v1").strip("/").split("/"):
            case "POST", ["webhook"]:
                return self._webhook(request.body)
            case "POST", ["uploads"]:
                key = f"{UPLOAD_PREFIX}{len(self.requests)}"
                return Answer(201, {"content_ref": key, "url": f"{self._origin}/bucket/{key}", "expires_in": 900})
            case "POST", ["search"]:
                SearchRequest.model_validate(parse(request.body, BODY_MAX_BYTES))
                return Answer(200, search_answer([*self.hits, *self._shown_hits()]))
            case "GET", ["health"]:
                return Answer(200, {"status": "ok", "model": "minilm", "vector_store": "lancedb"})
            case "POST", ["documents", doc_hash, "retry"]:
                return self._retry(unquote(doc_hash))
            case "GET", ["counts"]:
                statuses = [record.status for record in self.records.records.values()]
                return Answer(200, {"documents": {s.value: statuses.count(s) for s in Status}, "incomplete": []})
            case "POST", ["live", "ticket"] if self.live is not None:
                return Answer(200, self.live.ticket())
            case "GET", ["changes"]:
                return self._changes(parse_qs(urlsplit(request.path).query))
            case "POST", ["documents", "compare"]:
                compared = CompareRequest.model_validate(parse(request.body, BODY_MAX_BYTES))
                return Answer(200, compare(self.records, compared).model_dump(mode="json"))
            case "GET", ["documents"]:
                return self._page(parse_qs(urlsplit(request.path).query))
            case "GET", ["folders"]:
                return self._folders(parse_qs(urlsplit(request.path).query))
            case "PATCH", ["documents", doc_hash]:
                return self._edit(unquote(doc_hash), request.body)
            case "GET", ["documents", doc_hash]:
                return self._document(unquote(doc_hash))
        return problem(404, "no such route")

    def _shown_hits(self) -> list[dict[str, Any]]:
        hit = {"chunk_id": "v000001-00000", "score": 0.9, "text": "A passage.", "metadata": {}}
        return [
            {**hit, "doc_hash": record.doc_hash, "version": record.version}
            for record in self.records.records.values()
            if record.status in self.shown
        ]

    def _retry(self, doc_hash: str) -> Answer:
        try:
            sent = retry(
                self.records, self.objects, MemorySources(), MemoryQueue(), clock.now, doc_hash=doc_hash,
                asked=asked(), body_max_bytes=BODY_MAX_BYTES,
            )  # fmt: skip
        except UnknownDocument as error:
            return problem(404, f"doc_hash: {error}", "doc_hash")
        except NotFailed as error:
            return problem(409, f"doc_hash: {error}", "doc_hash")
        answer = {"doc_hash": doc_hash, "version": sent.version, "operation": sent.operation, "status": "queued"}
        return Answer(202, answer)

    def _webhook(self, raw: bytes) -> Answer:
        try:
            body = WebhookBody.model_validate(parse(raw, BODY_MAX_BYTES))
            accepted = self._ingest.accept(body, raw, asked())
        except ValidationError as error:
            fields = [str(entry["loc"][0]) if entry["loc"] else "body" for entry in error.errors()]
            return problem(422, f"{fields[0]}: {error.errors()[0]['msg']}", *fields)
        except UnknownDocument as error:
            return problem(404, str(error), "doc_hash")
        answer = {"doc_hash": body.doc_hash, "version": accepted.version, "operation": accepted.operation}
        return Answer(202 if accepted.status == "queued" else 200, {**answer, "status": accepted.status})

    def _document(self, doc_hash: str) -> Answer:
        record = self.records.get(doc_hash)
        if record is None:
            return problem(404, f"no document '{doc_hash}' is known", "doc_hash")
        return Answer(200, _view(self._looked_at(record)))

    def _changes(self, query: dict[str, list[str]]) -> Answer:
        changes = Changes(self.records, reading(clock.now), clock.now)
        if "after" not in query:
            page = ChangesPage([], changes.start())
        else:
            for record in list(self.records.records.values()):
                self._looked_at(record)
            page = changes.after([Topic.parse(query["topic"][0])], Cursor.parse(query["after"][0]))
        return Answer(200, ChangeList.of(page).model_dump(mode="json"))

    def end(self) -> list[str]:
        """Have the pipeline end with every document that is under way. Returns which ones those were."""
        with self._lock:
            under_way = [record for record in self.records.records.values() if record.status in _ENDED]
            return [self._ended(record).doc_hash for record in under_way]

    def _looked_at(self, record: DocumentRecord) -> DocumentRecord:
        self._reads[record.doc_hash] += 1
        is_done = self._reads[record.doc_hash] >= self.reads_until_done and record.status in _ENDED
        return self._ended(record) if is_done else record

    def _ended(self, record: DocumentRecord) -> DocumentRecord:
        status = self.outcomes.get(record.doc_hash, _ENDED[record.status])
        changes: dict[str, Any] = {"status": status, "updated_at": clock.now(), "revision": record.revision + 1}
        if status is Status.FAILED:
            changes["error"] = ErrorDetail(type="ExtractionFailed", message="the file is encrypted")
        elif status is Status.INDEXED:
            changes |= {"indexed_version": record.version, "chunk_count": 3}
        ended = record.model_copy(update=changes)
        self.records.records[record.doc_hash] = ended
        return ended

    def _edit(self, doc_hash: str, raw: bytes) -> Answer:
        try:
            edit = Edit.model_validate(parse(raw, BODY_MAX_BYTES))
            accepted = self._edits.accept(doc_hash, edit, asked())
        except UnknownDocument as error:
            return problem(404, str(error), "doc_hash")
        except DocumentDeleted as error:
            return problem(409, str(error), "doc_hash")
        except UnexpectedVersion as error:
            return problem(409, str(error), "expected_version")
        except BodyExpired as error:
            return problem(410, str(error), "doc_hash")
        except ValidationError as error:
            return problem(422, error.errors()[0]["msg"], str(error.errors()[0]["loc"][0]))
        answer = {"doc_hash": doc_hash, "version": accepted.version, "operation": accepted.operation}
        return Answer(202 if accepted.status == "queued" else 200, {**answer, "status": accepted.status})

    def _folders(self, query: dict[str, list[str]]) -> Answer:
        folder = query["folder"][0]
        there = [record.folder for record in self.records.records.values() if record.operation != "DELETE"]
        within = [each for each in there if is_within(each, folder)]
        below = sorted({each for one in within for each in holders(one)[1:] if parent(each) == folder})
        numbers = [(each, sum(is_within(one, each) for one in within)) for each in below]
        folders = [{"folder": each, "name": name(each), "documents": number} for each, number in numbers]
        return Answer(200, {"folder": folder, "documents": len(within), "folders": folders, "next_cursor": None})

    def _page(self, query: dict[str, list[str]]) -> Answer:
        chosen = [record for record in self.records.records.values() if _is_in(record, query)]
        chosen.sort(key=lambda record: record.updated_at, reverse=True)
        start, limit = int(query.get("cursor", ["0"])[0]), int(query["limit"][0])
        cursor = str(start + limit) if start + limit < len(chosen) else None
        page = [_view(record) for record in chosen[start : start + limit]]
        return Answer(200, {"documents": page, "next_cursor": cursor})


def _is_in(record: DocumentRecord, query: dict[str, list[str]]) -> bool:
    if "origin" in query:
        return record.origin is not None and record.origin.name == query["origin"][0]
    if "folder" in query:
        return record.operation != "DELETE" and record.folder == query["folder"][0]
    return record.status == query["status"][0]


def _view(record: DocumentRecord) -> dict[str, Any]:
    shown = record.model_dump(mode="json", exclude={"revision", "stale", "deleted_version", "artifact"})
    return {**shown, "served_version": record.served_version}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes
    api: FakeApi

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = self.api.answer(Request(self.command, self.path, dict(self.headers.items()), body))
        data = answer.body if isinstance(answer.body, bytes) else b""
        if answer.body is not None and not data:
            data = json.dumps(answer.body).encode()
        self.send_response(answer.status)
        for header, value in answer.headers.items():
            self.send_header(header, value)
        if "Content-Type" not in answer.headers:
            self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if answer.cut_off:
            self.close_connection = True
            data = data[: len(data) // 2]
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815 - the names that http.server looks for

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a test's output is its own."""


@contextmanager
def serve() -> Iterator[FakeApi]:
    """An API that answers while the block runs."""
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer((LOOPBACK, 0), handler)
    server.daemon_threads = True
    api = handler.api = FakeApi(f"http://{LOOPBACK}:{server.server_port}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def search_answer(hits: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """The body of an answer to POST /search."""
    whole = SearchAnswer.model_validate(
        {"results": hits, "query": {"windows": 1}, "legs": {}, "took_ms": {"total": 1.5}, **more}
    )
    return whole.model_dump(mode="json")
