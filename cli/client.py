"""A typed client of the API. Everything that goes wrong is one error, `ApiError`."""

import gzip
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx
from pydantic import AliasChoices, BaseModel, Field, ValidationError
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from bloomweaver.audit.requests import Unnamed
from bloomweaver.library.listed import Order
from bloomweaver.models.record import Status
from bloomweaver.models.run import RunStatus, StateMachine
from bloomweaver.search.answer import SearchAnswer
from bloomweaver.search.request import Mode
from cli.answers import (
    Accepted,
    AuditPage,
    ChangeList,
    ChatMessage,
    ChatStarted,
    Comparison,
    ContentAddress,
    Counts,
    DeadLetters,
    DeletedIndex,
    Document,
    DocumentPage,
    FolderChange,
    FolderList,
    Health,
    Indexes,
    LiveTicket,
    MessageAccepted,
    MetricsSummary,
    PassagePage,
    Rebuild,
    Reconciliation,
    Redriven,
    RedriveRun,
    Reindex,
    Removal,
    RunDetail,
    RunGraph,
    RunPage,
    RunStarted,
    SweepCounts,
    Upload,
)
from cli.bearer import BearerToken

ATTEMPTS = 5
CONNECT_SECONDS = 5.0
READ_SECONDS = 35.0
"""API Gateway gives up on a function after 29 seconds."""
RETRY_AFTER_MAX_SECONDS = 60.0
"""Who asks us to wait for longer is not asked again."""

_backoff = wait_random_exponential(multiplier=0.25, max=8)

AnswerModel = TypeVar("AnswerModel", bound=BaseModel)


@dataclass(frozen=True)
class Content:
    """The content of the version that is served. `source` is `content`, or `passages` where those are all there is."""

    data: bytes
    content_type: str
    source: str
    version: int


class FieldError(BaseModel):
    """What is wrong with one field of a request."""

    field: str
    detail: str


class ApiError(Exception):
    """The API refused a request, failed, or did not answer. Carries its problem details (RFC 9457).

    `status` is the HTTP status, none where no answer came; `repeatable` says whether the same request may well succeed
    in a moment, `retry_after` after how many seconds it may, if the API said so.
    """

    def __init__(
        self,
        detail: str,
        *,
        status: int | None = None,
        title: str = "",
        errors: Sequence[FieldError] = (),
        repeatable: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status
        self.title = title
        self.errors = list(errors)
        self.repeatable = repeatable
        self.retry_after = retry_after

    @property
    def is_limit(self) -> bool:
        """Whether it is a limit of the caller's own that was reached, and not one of the API's load: it names one."""
        return self.status == HTTPStatus.TOO_MANY_REQUESTS and bool(self.errors)

    @property
    def unreachable(self) -> bool:
        """Whether no answer came at all."""
        return self.status is None

    def __str__(self) -> str:
        if self.status is None:
            return self.detail
        return f"{f'{self.status} {self.title}'.strip()}: {self.detail}"


def serialise(body: Mapping[str, Any]) -> bytes:
    """A request's body as JSON."""
    return json.dumps(body, ensure_ascii=False).encode()


def compress(serialised: bytes) -> bytes:
    """A webhook body as it is sent. Equal bodies are equal bytes."""
    return gzip.compress(serialised, mtime=0)


class Api:
    """The API at a base URL. Safe to use from several threads.

    Every method raises `ApiError`. Answers 429 and 5xx and broken connections are tried again, `ATTEMPTS` times in
    all, after the seconds that Retry-After asks for: the API takes every request twice without harm. A limit of the
    caller's own is told at once.
    """

    def __init__(
        self, url: str, *, token: Callable[[], str] | None = None, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """`token` returns the token to send with a request to the API; without it none is sent."""
        self.url = url.rstrip("/")
        self._http = httpx.Client(
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS), auth=BearerToken(token) if token else None
        )
        self._retrying = Retrying(
            stop=stop_after_attempt(ATTEMPTS),
            wait=_pause,
            retry=retry_if_exception(_is_repeatable),
            sleep=sleep,
            reraise=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def health(self) -> Health:
        """That the API is up, with which model and vector store."""
        return self._call(Health, "GET", "/health")

    def webhook(self, compressed: bytes) -> Accepted:
        """Send an operation: a webhook body, serialised and compressed."""
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        return self._call(Accepted, "POST", "/webhook", content=compressed, headers=headers)

    def submit(self, body: Mapping[str, Any]) -> Accepted:
        """Send the operation that `body` describes."""
        return self.webhook(compress(serialise(body)))

    def delete(self, doc_hash: str) -> Accepted:
        """Delete a document."""
        return self.submit({"operation": "DELETE", "doc_hash": doc_hash})

    def request_upload(self, size: int) -> Upload:
        """A place for a content of `size` bytes that the webhook's body has no room for."""
        return self._call(Upload, "POST", "/uploads", json={"size": size})

    def put_upload(self, upload: Upload, data: bytes) -> None:
        """Send the content to its place, after which a webhook body may refer to it."""
        # It is no place of the API's, and its URL says who may.
        self._request("PUT", upload.url, content=data, auth=None)

    def search(
        self,
        query: str,
        *,
        top_k: int = 10,
        min_score: float | None = None,
        filter: Mapping[str, Any] | None = None,
        mode: Mode | None = None,
        rerank: bool | None = None,
        cursor: str | None = None,
        explain: bool = False,
        folder: str | None = None,
    ) -> SearchAnswer:
        """The `top_k` passages that answer `query` best, of documents below the folder whose metadata pass the
        filter."""
        body = {
            "query": query,
            "top_k": top_k,
            "min_score": min_score,
            "filter": filter,
            "mode": mode,
            "rerank": rerank,
            "cursor": cursor,
            "explain": explain or None,
            "folder": folder,
        }
        return self._call(
            SearchAnswer, "POST", "/search", json={name: value for name, value in body.items() if value is not None}
        )

    def open_chat(self, *, folder: str | None = None, filter: Mapping[str, Any] | None = None) -> ChatStarted:
        """Begin a chat whose answers come from documents below the folder whose metadata pass the filter."""
        scope = {"folder": folder, "filter": filter}
        body = {name: value for name, value in scope.items() if value is not None}
        return self._call(ChatStarted, "POST", "/chats", json=body)

    def delete_chat(self, chat_id: str) -> None:
        """Remove a chat with its questions and answers."""
        self._request("DELETE", f"{self.url}/chats/{quote(chat_id, safe='')}")

    def ask(self, chat_id: str, question: str) -> MessageAccepted:
        """Ask a question in a chat."""
        path = f"/chats/{quote(chat_id, safe='')}/messages"
        return self._call(MessageAccepted, "POST", path, json={"question": question})

    def chat_message(self, chat_id: str, message_id: str) -> ChatMessage:
        """A question with what there is of its answer."""
        path = f"/chats/{quote(chat_id, safe='')}/messages/{quote(message_id, safe='')}"
        return self._call(ChatMessage, "GET", path)

    def live_ticket(self) -> LiveTicket:
        """A ticket for a connection that live messages come over."""
        return self._call(LiveTicket, "POST", "/live/ticket")

    def changes(self, topic: str = "documents", *, after: str | None = None) -> ChangeList:
        """What changed of a topic after a cursor; without one, a cursor to go on from."""
        params = {"topic": topic, **({"after": after} if after is not None else {})}
        return self._call(ChangeList, "GET", "/changes", params=params)

    def document(self, doc_hash: str) -> Document:
        """A document's record."""
        return self._call(Document, "GET", f"/documents/{quote(doc_hash, safe='')}")

    def content(self, doc_hash: str) -> Content:
        """The content of a document's served version, also where it has an address of its own."""
        response = self._request("GET", f"{self.url}/documents/{quote(doc_hash, safe='')}/content")
        headers, data = response.headers, response.content
        content_type = headers.get("Content-Type", "")
        if headers.get("X-Content-Given") == "address":
            given = self._read(ContentAddress, response)
            content_type = given.content_type
            # It is no place of the API's, and its URL says who may.
            data = self._request("GET", given.url, auth=None).content
        return Content(
            data=data,
            content_type=content_type,
            source=headers.get("X-Content-Source", ""),
            version=int(headers.get("X-Content-Version", "0")),
        )

    def removal(self, doc_hash: str) -> Removal:
        """What became of a document's deletion, place by place."""
        return self._call(Removal, "GET", f"/documents/{quote(doc_hash, safe='')}/removal")

    def retry(self, doc_hash: str) -> Accepted:
        """Run the operation of a document that failed once more, as a new version."""
        return self._call(Accepted, "POST", f"/documents/{quote(doc_hash, safe='')}/retry")

    def sweep(self) -> SweepCounts:
        """Look for what hangs now, and start it anew."""
        return self._call(SweepCounts, "POST", "/sweep")

    def documents(self, status: Status, *, limit: int = 200, cursor: str | None = None) -> DocumentPage:
        """The documents of a status, the newest first, at most `limit` (1 to 200) a page."""
        params: dict[str, str | int] = {"status": status.value, "limit": limit}
        if cursor is not None:
            params["cursor"] = cursor
        return self._call(DocumentPage, "GET", "/documents", params=params)

    def in_folder(
        self,
        folder: str,
        *,
        recursive: bool = False,
        status: Status | None = None,
        sort: Order | None = None,
        prefix: str = "",
        limit: int = 200,
        cursor: str | None = None,
    ) -> DocumentPage:
        """The documents of a folder, at most `limit` (1 to 200) a page."""
        given = {"status": status, "sort": sort, "prefix": prefix or None, "cursor": cursor}
        params: dict[str, str | int] = {"folder": folder, "recursive": str(recursive).lower(), "limit": limit}
        params |= {name: value for name, value in given.items() if value is not None}
        return self._call(DocumentPage, "GET", "/documents", params=params)

    def of_origin(self, name: str, *, limit: int = 200, cursor: str | None = None) -> DocumentPage:
        """The documents of a sync, sorted by path, at most `limit` (1 to 200) a page."""
        params: dict[str, str | int] = {"origin": name, "limit": limit}
        if cursor is not None:
            params["cursor"] = cursor
        return self._call(DocumentPage, "GET", "/documents", params=params)

    def folders(self, folder: str, *, limit: int = 200, cursor: str | None = None) -> FolderList:
        """The folders right below a folder, at most `limit` (1 to 1,000) a page."""
        params: dict[str, str | int] = {"folder": folder, "limit": limit}
        if cursor is not None:
            params["cursor"] = cursor
        return self._call(FolderList, "GET", "/folders", params=params)

    def compare(self, documents: Sequence[Mapping[str, Any]]) -> Comparison:
        """Which of the documents, 1 to 100, would be unchanged if they were sent."""
        return self._call(Comparison, "POST", "/documents/compare", json={"documents": documents})

    def edit(self, doc_hash: str, changes: Mapping[str, Any]) -> Accepted:
        """Edit what is said of a document: a merge patch."""
        return self._call(Accepted, "PATCH", f"/documents/{quote(doc_hash, safe='')}", json=changes)

    def counts(self) -> Counts:
        """How many documents there are in each status."""
        return self._call(Counts, "GET", "/counts")

    def runs(
        self,
        *,
        state_machine: StateMachine | None = None,
        status: RunStatus | None = None,
        since: datetime | None = None,
        limit: int = 200,
        cursor: str | None = None,
    ) -> RunPage:
        """Runs, the newest first, at most `limit` (1 to 200) a page."""
        given = {
            "state_machine": state_machine,
            "status": status,
            "since": since.isoformat() if since is not None else None,
            "cursor": cursor,
        }
        params: dict[str, str | int] = {"limit": limit}
        params |= {name: value for name, value in given.items() if value is not None}
        return self._call(RunPage, "GET", "/runs", params=params)

    def passages(self, doc_hash: str, *, start: int = 0, limit: int = 50) -> PassagePage:
        """The passages of what is served, at most `limit` (1 to 100) from place `start` on."""
        params = {"start": start, "limit": limit}
        return self._call(PassagePage, "GET", f"/documents/{quote(doc_hash, safe='')}/passages", params=params)

    def document_runs(self, doc_hash: str, *, limit: int = 200, cursor: str | None = None) -> RunPage:
        """The runs of a document, the newest first, at most `limit` (1 to 200) a page."""
        params: dict[str, str | int] = {"limit": limit}
        if cursor is not None:
            params["cursor"] = cursor
        return self._call(RunPage, "GET", f"/documents/{quote(doc_hash, safe='')}/runs", params=params)

    def run(self, id_: str, *, limit: int = 200, whole: bool = False, cursor: str | None = None) -> RunDetail:
        """A run, with the states that a page of its history is of: `limit` (1 to 1,000) events."""
        params: dict[str, str | int] = {"limit": limit}
        if whole:
            params["whole"] = "true"
        if cursor is not None:
            params["cursor"] = cursor
        return self._call(RunDetail, "GET", f"/runs/{quote(id_, safe='')}", params=params)

    def run_graph(self, id_: str) -> RunGraph:
        """The definition that a run was started with, and how its states went."""
        return self._call(RunGraph, "GET", f"/runs/{quote(id_, safe='')}/graph")

    def metrics_summary(self, minutes: int) -> MetricsSummary:
        """The figures of the last `minutes` (1 to 1,440). The API makes them anew once a minute."""
        return self._call(MetricsSummary, "GET", "/metrics/summary", params={"minutes": minutes})

    def audit(
        self,
        *,
        doc_hash: str | None = None,
        subject: str | None = None,
        caller: Unnamed | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 200,
        cursor: str | None = None,
    ) -> AuditPage:
        """Entries of the audit log, the newest first, at most `limit` (1 to 200) a page.

        Of a document, of a subject, of callers that have none, or of all.
        """
        given = {
            "doc_hash": doc_hash,
            "subject": subject,
            "caller": caller,
            "since": since.isoformat() if since is not None else None,
            "until": until.isoformat() if until is not None else None,
            "cursor": cursor,
        }
        params: dict[str, str | int] = {"limit": limit}
        params |= {name: value for name, value in given.items() if value is not None}
        return self._call(AuditPage, "GET", "/audit", params=params)

    def dead_letters(self, branch: str | None = None, *, limit: int = 20) -> DeadLetters:
        """What lies in the dead letter queues, or in one of them: at most `limit` (1 to 100) messages of each."""
        params: dict[str, str | int] = {"limit": limit, **({"branch": branch} if branch is not None else {})}
        return self._call(DeadLetters, "GET", "/dead-letters", params=params)

    def redrive(
        self, branch: str, *, doc_hash: str | None = None, error_type: str | None = None, message_id: str | None = None
    ) -> Redriven:
        """Run the dead letters of a queue again, or those that are of this document, error type or id."""
        body = {"doc_hash": doc_hash, "error_type": error_type, "message_id": message_id}
        path = f"/dead-letters/{quote(branch, safe='')}/redrive"
        return self._call(Redriven, "POST", path, json={name: value for name, value in body.items() if value})

    def redrive_run(self, name: str) -> RedriveRun:
        """How far a redrive's execution is."""
        return self._call(RedriveRun, "GET", f"/redrives/{quote(name, safe='')}")

    def reconcile(self, *, repair: bool = False, contents: bool = True) -> RunStarted:
        """Start comparing records, vector index and backups; with `contents` every backup is read."""
        return self._call(RunStarted, "POST", "/reconcile", json={"repair": repair, "contents": contents})

    def reconciliation(self, id_: str, *, cursor: str | None = None) -> Reconciliation:
        """How far a reconciliation is, and a part of what it found."""
        params = {"cursor": cursor} if cursor is not None else {}
        return self._call(Reconciliation, "GET", f"/reconcile/{quote(id_, safe='')}", params=params)

    def rebuild(self, from_index: str | None = None) -> RunStarted:
        """Start making the vector index anew from the backups, or copying what is served from another one to it."""
        return self._call(RunStarted, "POST", "/rebuild", json={"from_index": from_index} if from_index else {})

    def rebuild_run(self, id_: str) -> Rebuild:
        """How far a rebuild is, and what could not be restored."""
        return self._call(Rebuild, "GET", f"/rebuild/{quote(id_, safe='')}")

    def reindex(self) -> RunStarted:
        """Start moving every document to the deployment's index."""
        return self._call(RunStarted, "POST", "/reindex")

    def reindexing(self, id_: str) -> Reindex:
        """How far a reindex is."""
        return self._call(Reindex, "GET", f"/reindex/{quote(id_, safe='')}")

    def move_folder(self, folder: str, to: str) -> RunStarted:
        """Start moving a folder with all in it."""
        return self._call(RunStarted, "POST", "/folders/move", json={"folder": folder, "to": to})

    def delete_folder(self, folder: str) -> RunStarted:
        """Start deleting a folder with all in it."""
        return self._call(RunStarted, "POST", "/folders/delete", json={"folder": folder})

    def folder_change(self, id_: str) -> FolderChange:
        """How far a folder's move or deletion is."""
        return self._call(FolderChange, "GET", f"/folders/changes/{quote(id_, safe='')}")

    def indexes(self, *, cursor: str | None = None) -> Indexes:
        """The vector indexes, and how many documents of a part of the records each serves."""
        return self._call(Indexes, "GET", "/indexes", params={"cursor": cursor} if cursor is not None else {})

    def delete_index(self, name: str) -> DeletedIndex:
        """Have a retired index deleted; repeated, it tells whether it is gone."""
        return self._call(DeletedIndex, "DELETE", f"/indexes/{quote(name, safe='')}")

    def _call(self, model: type[AnswerModel], method: str, path: str, **request: Any) -> AnswerModel:
        return self._read(model, self._request(method, f"{self.url}{path}", **request))

    def _read(self, model: type[AnswerModel], response: httpx.Response) -> AnswerModel:
        try:
            return model.model_validate_json(response.content)
        except ValidationError as error:
            asked = f"{response.request.method} {str(response.request.url).removeprefix(self.url)}"
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"])) or "body"
            raise ApiError(
                f"what answers at {self.url} is not this API, or not of this version: {asked} gave no "
                f"{model.__name__} ({where}: {first['msg']})",
                status=response.status_code,
                title=response.reason_phrase,
            ) from error

    def _request(self, method: str, url: str, **request: Any) -> httpx.Response:
        return self._retrying(self._once, method, url, **request)

    def _once(self, method: str, url: str, **request: Any) -> httpx.Response:
        try:
            response = self._http.request(method, url, **request)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise ApiError(f"'{url}' is not a URL that can be asked: {error}") from error
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise ApiError(f"nothing answers at {_origin(url)}: {error or 'no connection in time'}") from error
        except httpx.TransportError as error:
            reason = str(error) or type(error).__name__
            raise ApiError(f"no whole answer came from {_origin(url)}: {reason}", repeatable=True) from error
        if not response.is_success:
            raise _refusal(response)
        return response


class _Problem(BaseModel):
    title: str = ""
    detail: str = ""
    errors: list[FieldError] = []
    message: str = Field("", validation_alias=AliasChoices("message", "Message"))
    """API Gateway's own errors have this alone."""


def _refusal(response: httpx.Response) -> ApiError:
    try:
        problem = _Problem.model_validate_json(response.content)
    except ValidationError:
        problem = _Problem.model_validate({"detail": response.text[:200].strip()})
    status = response.status_code
    return ApiError(
        problem.detail or problem.message or "no reason was given",
        status=status,
        title=problem.title or response.reason_phrase,
        errors=problem.errors,
        repeatable=status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR,
        retry_after=_retry_after(response),
    )


def _retry_after(response: httpx.Response) -> float | None:
    value = response.headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None  # not there, or not of the header's form: the same as if nothing was asked for
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _is_repeatable(error: BaseException) -> bool:
    if not isinstance(error, ApiError) or error.is_limit:
        return False
    return error.repeatable and (error.retry_after or 0.0) <= RETRY_AFTER_MAX_SECONDS


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, ApiError) and error.retry_after is not None:
        return error.retry_after
    return _backoff(state)


def _origin(url: str) -> str:
    parsed = httpx.URL(url)
    return f"{parsed.scheme}://{parsed.netloc.decode()}"
