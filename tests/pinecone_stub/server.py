"""The stub's HTTP server: the control plane, the data planes of its indexes, the rerankers, and the admin routes.

Pinecone gives every index a host of its own; here it is a path of the same server, `{url}/index/{name}`, which the SDK
takes as it takes a host. Admin routes, without a key:

    POST   /__stub__/faults        a `Fault` as JSON, or a list: have it happen
    GET    /__stub__/faults        {"happened": 3, "about": {"": 1, "text": 2}}: calls that went wrong since the last
                                   DELETE, in all and by the `about` of the fault
    DELETE /__stub__/faults        forget the faults and the calls; with a body {"about": "text"} only the faults that
                                   have this `about`, and how often they happened
    GET    /__stub__/calls         {"calls": ["describe", "upsert", ...]}
    POST   /__stub__/consistency   {"delay_seconds": 2.5}, or null: writes show after that time, or at a flush
    POST   /__stub__/flush         show every write
    POST   /__stub__/reset         forget everything
"""

import base64
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import unquote

from tests.pinecone_stub.errors import InvalidArgumentError, NotFoundError, RefusedError
from tests.pinecone_stub.faults import Fault, Faults
from tests.pinecone_stub.index import LIST_PAGE, MAX_RESULT_BYTES, Consistency, StubIndex
from tests.pinecone_stub.reranking import rerank

API_VERSION = "2026-07"
DEFAULT_API_KEY = "stub-key"
LOOPBACK = "127.0.0.1"
MAX_REQUEST_BYTES = 2_000_000

_INDEX_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,43}[a-z0-9])?")
_ROUTES = (
    ("GET", re.compile(r"/indexes"), "list_indexes"),
    ("POST", re.compile(r"/indexes"), "create"),
    ("GET", re.compile(r"/indexes/([^/]+)"), "describe"),
    ("DELETE", re.compile(r"/indexes/([^/]+)"), "delete_index"),
    ("POST", re.compile(r"/rerank"), "rerank"),
    ("POST", re.compile(r"/index/([^/]+)/namespaces/([^/]+)/documents/upsert"), "upsert"),
    ("POST", re.compile(r"/index/([^/]+)/namespaces/([^/]+)/documents/search"), "search"),
    ("POST", re.compile(r"/index/([^/]+)/namespaces/([^/]+)/documents/fetch"), "fetch"),
    ("POST", re.compile(r"/index/([^/]+)/namespaces/([^/]+)/documents/delete"), "delete"),
    ("POST", re.compile(r"/index/([^/]+)/namespaces/([^/]+)/documents/list"), "list"),
)
_STATUS = {"create": 201, "delete_index": 202, "upsert": 202, "delete": 202}


class PineconeStub:
    """The server, from `start` to `stop`, or within a `with`. Listens on `host` only."""

    def __init__(self, port: int = 0, api_key: str = DEFAULT_API_KEY, host: str = LOOPBACK) -> None:
        self.api_key = api_key
        self.faults = Faults()
        self.consistency = Consistency()
        self.deletes_late = False
        """Whether an index that is deleted stays there, terminating, until `finish_deletions`."""
        self._indexes: dict[str, StubIndex] = {}
        self._lock = threading.Lock()
        self._server = _Server((host, port), self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        host = self._server.server_address[0]
        return f"http://{host!s}:{self._server.server_port}"

    def start(self) -> None:
        """Serve, in a thread of this process."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving and close the socket."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def serve(self) -> None:
        """Serve in this thread, until interrupted."""
        self._server.serve_forever()

    def flush(self) -> None:
        """Show every write that does not show yet."""
        with self._lock:
            indexes = list(self._indexes.values())
        for index in indexes:
            index.flush()

    def finish_deletions(self) -> None:
        """Have the indexes that are being deleted be gone."""
        with self._lock:
            self._indexes = {name: index for name, index in self._indexes.items() if not index.terminating}

    def reset(self) -> None:
        """Forget indexes, faults and calls; writes show, and deleted indexes are gone, at once again."""
        self.deletes_late = False
        with self._lock:
            self._indexes.clear()
        self.faults.clear()
        self.consistency.delay_seconds = 0.0
        self.consistency.ne_finds_missing = False

    def __enter__(self) -> "PineconeStub":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def answer(self, operation: str, arguments: tuple[str, ...], body: Any) -> Any:
        """The body of the answer to a call. Raises `RefusedError`."""
        if operation == "list_indexes":
            with self._lock:
                return {"indexes": [self._model(name, index) for name, index in self._indexes.items()]}
        if operation == "create":
            return self._create(body)
        if operation == "rerank":
            return rerank(body)
        name = arguments[0]
        index = self._index(name)
        if operation == "describe":
            return self._model(name, index)
        if operation == "delete_index":
            if index.terminating:
                raise RefusedError(412, "FAILED_PRECONDITION", f"Index {name} is being deleted already")
            index.terminating = True
            if not self.deletes_late:
                self.finish_deletions()
            return None
        if not isinstance(body, dict):
            raise InvalidArgumentError("the body is not a JSON object")
        return self._documents(operation, index, arguments[1], body)

    def _documents(self, operation: str, index: StubIndex, namespace: str, body: dict[str, Any]) -> Any:
        shared = {"namespace": namespace, "usage": {"read_units": 1}}
        if operation == "upsert":
            return {"upserted_count": index.upsert(namespace, body.get("documents"))}
        if operation == "delete":
            index.delete(namespace, body.get("ids"))
            return {}
        fields = body.get("include_fields") or []
        if operation == "fetch":
            return {"documents": index.fetch(namespace, body.get("ids"), fields), **shared}
        if operation == "list":
            after = base64.b64decode(body.get("pagination_token", "")).decode()
            ids, more = index.list_ids(namespace, body.get("prefix", ""), body.get("limit", LIST_PAGE), after)
            page: dict[str, Any] = {"documents": [{"_id": one} for one in ids], **shared}
            if more:
                page["pagination"] = {"next": base64.b64encode(ids[-1].encode()).decode()}
            return page
        matches = index.search(namespace, body.get("score_by"), body.get("top_k"), fields, body.get("filter"))
        return {"matches": matches, **shared}

    def _create(self, body: Any) -> dict[str, Any]:
        name = body.get("name") if isinstance(body, dict) else None
        if not isinstance(name, str) or not _INDEX_NAME.fullmatch(name):
            raise InvalidArgumentError("Name must consist of lower case alphanumeric characters or '-'")
        fields = body.get("schema", {}).get("fields")
        if not isinstance(fields, dict) or not fields:
            raise InvalidArgumentError("schema.fields must declare at least one field")
        for declared in fields.values():
            if declared.get("type") == "dense_vector" and not 1 <= declared.get("dimension", 0) <= 20_000:
                raise InvalidArgumentError("the dimension must be between 1 and 20000")
            if declared.get("type") == "string" and not ({"full_text_search", "filterable"} & declared.keys()):
                raise InvalidArgumentError("a string field needs full_text_search")
        with self._lock:
            if name in self._indexes:
                raise RefusedError(409, "ALREADY_EXISTS", "Resource already exists.")
            index = StubIndex({"fields": fields}, self.consistency, body.get("deployment"))
            self._indexes[name] = index
        return self._model(name, index)

    def _index(self, name: str) -> StubIndex:
        with self._lock:
            index = self._indexes.get(name)
        if index is None:
            raise NotFoundError(f"Resource {name} not found")
        return index

    def _model(self, name: str, index: StubIndex) -> dict[str, Any]:
        return {
            "name": name,
            "host": f"{self.url}/index/{name}",
            "schema": index.schema,
            "deployment": index.deployment,
            "deletion_protection": "disabled",
            "read_capacity": {"mode": "OnDemand", "status": {"state": "Ready"}},
            "status": {
                "ready": not index.terminating,
                "state": "Terminating" if index.terminating else "Ready",
            },
            "tags": None,
        }

    def administer(self, method: str, path: str, body: Any) -> Any:
        """The body of the answer to an admin request."""
        match method, path:
            case "POST", "/__stub__/faults":
                for fault in body if isinstance(body, list) else [body]:
                    self.faults.add(Fault.from_json(fault))
            case "DELETE", "/__stub__/faults" if body is None:
                self.faults.clear()
            case "DELETE", "/__stub__/faults":
                self.faults.clear_about(body["about"])
            case "GET", "/__stub__/faults":
                happened = self.faults.happened()
                return {"happened": sum(happened.values()), "about": happened}
            case "GET", "/__stub__/calls":
                return {"calls": self.faults.calls()}
            case "POST", "/__stub__/consistency":
                self.consistency.delay_seconds = body["delay_seconds"]
            case "POST", "/__stub__/flush":
                self.flush()
            case "POST", "/__stub__/reset":
                self.reset()
            case _:
                raise NotFoundError(path)
        return {}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a client keeps its connection open, and the thread on it waits for the next request
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], stub: PineconeStub) -> None:
        super().__init__(address, _Handler)
        self.stub = stub


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            body = json.loads(raw) if raw else None
            if self.path.startswith("/__stub__/"):
                self._send(200, self.server.stub.administer(self.command, self.path, body))
                return
            operation, arguments = self._route()
            self._call(operation, arguments, body, raw)
        except json.JSONDecodeError as error:
            self._refuse(InvalidArgumentError(f"the body is not JSON: {error}"))
        except RefusedError as refused:
            self._refuse(refused)

    def _call(self, operation: str, arguments: tuple[str, ...], body: Any, raw: bytes) -> None:
        size = len(raw)
        fault = self.server.stub.faults.on_call(operation, raw.decode())
        if fault is not None:
            time.sleep(fault.delay_seconds)
            if fault.applied:
                self._answer(operation, arguments, body, size)
            if fault.drop:
                self.close_connection = True
                return
            if fault.status is not None:
                self._send_fault(fault.status, fault.retry_after)
                return
            if fault.partial:
                self._send(202, self._store_half(arguments, body, size))
                return
        self._send(_STATUS.get(operation, 200), self._answer(operation, arguments, body, size))

    def _store_half(self, arguments: tuple[str, ...], body: Any, size: int) -> Any:
        half = body["documents"][: len(body["documents"]) // 2]
        return self._answer("upsert", arguments, {**body, "documents": half}, size) if half else {"upserted_count": 0}

    def _answer(self, operation: str, arguments: tuple[str, ...], body: Any, size: int) -> Any:
        if self.headers.get("Api-Key") != self.server.stub.api_key:
            raise RefusedError(401, "UNAUTHENTICATED", "Unauthorized", plain=True)
        if self.headers.get("X-Pinecone-Api-Version") != API_VERSION:
            raise InvalidArgumentError(f"the stub speaks version {API_VERSION}")
        if size > MAX_REQUEST_BYTES:
            raise RefusedError(413, "PAYLOAD_TOO_LARGE", f"the request has {size} bytes, more than {MAX_REQUEST_BYTES}")
        return self.server.stub.answer(operation, arguments, body)

    def _route(self) -> tuple[str, tuple[str, ...]]:
        for method, pattern, operation in _ROUTES:
            match = pattern.fullmatch(self.path)
            if match and method == self.command:
                return operation, tuple(unquote(group) for group in match.groups())
        raise NotFoundError(f"no route {self.command} {self.path}")

    def _refuse(self, refused: RefusedError) -> None:
        if refused.plain:
            self._send(refused.status, refused.message)
        else:
            error = {"code": refused.code, "message": refused.message}
            self._send(refused.status, {"status": refused.status, "error": error})

    def _send_fault(self, status: int, retry_after: str | None) -> None:
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        if status == 429:  # from the layer before the service, which answers in plain text
            self._send(status, "Too Many Requests", headers)
        else:
            self._send(status, {"status": status, "error": {"code": "UNKNOWN", "message": "a fault"}}, headers)

    def _send(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        plain = isinstance(body, str)
        data = b"" if body is None else body.encode() if plain else json.dumps(body, ensure_ascii=False).encode()
        if status == 200 and len(data) > MAX_RESULT_BYTES:
            self._refuse(InvalidArgumentError(f"the result has {len(data)} bytes, more than {MAX_RESULT_BYTES}"))
            return
        self.send_response(status)
        self.send_header("Content-Type", "text/plain" if plain else "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
