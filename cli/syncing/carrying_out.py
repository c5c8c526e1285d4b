"""Does what a plan says: edits first, then what is sent, then what is deleted."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import TypeVar

from cli.answers import Accepted
from cli.client import Api, ApiError
from cli.delivery import deliver
from cli.parallel import in_parallel
from cli.syncing.plan import Edited, KnownDocument, LocalFile, Plan

_WITHOUT_CONTENT = {HTTPStatus.GONE, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT}
"""Answers to an edit of a document of which nothing is kept, or that was deleted meanwhile: it has to be sent."""
Item = TypeVar("Item")


class Action(StrEnum):
    """What was done about a file or a document."""

    NEW = "new"
    CHANGED = "changed"
    RENAMED = "renamed"
    EDITED = "edited"
    DELETED = "deleted"


@dataclass(frozen=True)
class Outcome:
    """What came of it."""

    action: Action
    path: str
    doc_hash: str
    accepted: Accepted | None = None
    """None where it was refused, or there was nothing left to delete."""
    document: KnownDocument | None = None
    """What the document is then; none of one that is deleted, or was refused."""
    error: ApiError | OSError | None = None


def carry_out(api: Api, plan: Plan, threads: int, done: Callable[[Outcome], None]) -> list[Outcome]:
    """Do all of it, several at a time. `done` is called with each outcome. Raises `ApiError` where no API answers."""

    def edit(edited: Edited) -> Outcome:
        action = Action.EDITED if edited.renamed_from is None else Action.RENAMED
        return _attempt(action, edited.file, lambda: _edit(api, edited))

    def create(file: LocalFile) -> Outcome:
        return _attempt(Action.NEW, file, lambda: deliver(api, file.source))

    def change(file: LocalFile) -> Outcome:
        return _attempt(Action.CHANGED, file, lambda: deliver(api, file.source))

    def delete(document: KnownDocument) -> Outcome:
        accepted: Accepted | None
        try:
            accepted = api.delete(document.doc_hash)
        except ApiError as error:
            if error.unreachable:
                raise
            if error.status != HTTPStatus.NOT_FOUND:
                return Outcome(Action.DELETED, document.path, document.doc_hash, error=error)
            accepted = None
        return Outcome(Action.DELETED, document.path, document.doc_hash, accepted)

    return [
        *_each(edit, plan.edited, threads, done),
        *_each(change, plan.changed, threads, done),
        *_each(create, plan.new, threads, done),
        *_each(delete, plan.gone, threads, done),
    ]


def _each(
    work: Callable[[Item], Outcome], items: Sequence[Item], threads: int, done: Callable[[Outcome], None]
) -> Iterable[Outcome]:
    with in_parallel(work, items, threads) as results:
        for outcome in results:
            done(outcome)
            yield outcome


def _attempt(action: Action, file: LocalFile, send: Callable[[], Accepted]) -> Outcome:
    doc_hash = file.source.doc_hash
    try:
        accepted = send()
    except ApiError as error:
        if error.unreachable:
            raise
        return Outcome(action, file.path, doc_hash, error=error)
    except OSError as error:
        return Outcome(action, file.path, doc_hash, error=error)
    return Outcome(action, file.path, doc_hash, accepted, KnownDocument.sent(file))


def _edit(api: Api, edited: Edited) -> Accepted:
    try:
        return api.edit(edited.file.source.doc_hash, edited.changes)
    except ApiError as error:
        if error.status not in _WITHOUT_CONTENT:
            raise
        return deliver(api, edited.file.source)
