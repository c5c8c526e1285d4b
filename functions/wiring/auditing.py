"""Requests for a change, and their entries in the audit log.

A middleware writes what is refused. Handlers learn here who asks, and have their operations written.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from bloomweaver.audit import writing
from bloomweaver.audit.entries import Asked, AuditEntry, Caller, Outcome
from bloomweaver.audit.routes import AUDITED, Action
from bloomweaver.clock import now
from bloomweaver.errors import Replayed, StorageUnavailable, Unauthenticated
from bloomweaver.keys import is_doc_hash
from wiring import dependencies
from wiring.observability import logger

BY_ANYBODY = (Unauthenticated, Replayed)
"""What a request is refused for whoever sends it, also without a right to anything."""
_CONTEXT = "audited"

StatusOf = Callable[[Exception], HTTPStatus]
"""The status of the answer to a request that met an error."""


@dataclass
class Operation:
    """What a handler says of an operation while it goes on."""

    outcome: Outcome = Outcome.DONE
    runs: list[str] = field(default_factory=list)

    def started(self, *runs: str) -> None:
        """It goes on as these runs."""
        self.outcome = Outcome.ACCEPTED
        self.runs += runs


class AuditedRequest:
    """A request for a change, while it is answered."""

    def __init__(self, asked: Asked, status_of: StatusOf) -> None:
        self.asked = asked
        self._status_of = status_of
        self._doc_hash: str | None = None
        self._began = False

    def by(self, caller: Caller) -> None:
        """Say who asks, as only the function could find out."""
        self.asked = replace(self.asked, caller=caller)

    def of_document(self, doc_hash: str) -> None:
        """Say of which document it is, if that is a document's name at all."""
        self._doc_hash = doc_hash if is_doc_hash(doc_hash) else None

    def done(self) -> None:
        """Write that what is asked for is done, before it is answered. Raises `StorageUnavailable`: then it must not
        be."""
        writing.write_done(dependencies.audit(), now, self.asked)

    @contextmanager
    def operation(self, *, target: str | None = None, doc_hash: str | None = None) -> Iterator[Operation]:
        """An operation: its entry is written before, and how it ended after. Raises `StorageUnavailable` before it
        begins."""
        entry = writing.begin(dependencies.audit(), now, self.asked, target=target, doc_hash=doc_hash)
        self._began = True
        operation = Operation()
        try:
            yield operation
        except Exception as error:
            status = self._status_of(error)
            refused = status < HTTPStatus.INTERNAL_SERVER_ERROR
            outcome = Outcome.REFUSED if refused else Outcome.FAILED
            self._end(entry, outcome, runs=operation.runs, status=status, error=type(error).__name__)
            raise
        self._end(entry, operation.outcome, runs=operation.runs)

    def refused(self, status: HTTPStatus, error: Exception | None) -> None:
        """Write that the request was refused, unless an operation of it says so, or it is no refusal. Raises
        `StorageUnavailable`."""
        if self._began or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return
        writing.write_refusal(
            dependencies.audit(),
            now,
            self.asked,
            status,
            type(error).__name__ if error is not None else status.phrase,
            doc_hash=self._doc_hash,
            bounded=isinstance(error, BY_ANYBODY),
        )

    def _end(self, entry: AuditEntry, outcome: Outcome, **more: Any) -> None:
        try:
            writing.end(dependencies.audit(), now, entry, outcome, **more)
        except StorageUnavailable:
            # What was done is done, and who asked for it is told so. The entry is shown without an outcome.
            logger.exception("how an operation ended could not be written", extra={"audit_entry": entry.id})


def of(app: APIGatewayRestResolver) -> AuditedRequest:
    """The request that is being answered, on a route that is audited."""
    found: AuditedRequest = app.context[_CONTEXT]
    return found


def middleware(
    asked_of: Callable[[APIGatewayProxyEvent, Action], Asked], status_of: StatusOf
) -> Callable[[APIGatewayRestResolver, NextMiddleware], Response[Any]]:
    """What writes an entry for each request for a change that the function refuses. Where it cannot, the request is
    answered as one that could not be completed."""

    def audit(app: APIGatewayRestResolver, next_middleware: NextMiddleware) -> Response[Any]:
        event = app.current_event
        action = AUDITED.get((event.http_method, event["resource"]))
        if action is None:
            return next_middleware(app)
        request = AuditedRequest(asked_of(event, action), status_of)
        app.append_context(**{_CONTEXT: request})  # type: ignore[no-untyped-call]
        try:
            response = next_middleware(app)
        except Exception as error:
            request.refused(status_of(error), error)
            raise
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            request.refused(HTTPStatus(response.status_code), None)
        return response

    return audit
