"""Which routes change something, and so are audited; and those that may write and change nothing."""

from collections.abc import Mapping
from enum import StrEnum

from bloomweaver.auth.routes import Route


class Action(StrEnum):
    """What is asked for, by the name that the API's description has for the route."""

    SUBMIT = "submitOperation"
    UPLOAD = "requestUpload"
    EDIT = "editDocument"
    RETRY = "retryDocument"
    MOVE_FOLDER = "moveFolder"
    DELETE_FOLDER = "deleteFolder"
    REDRIVE = "redrive"
    SWEEP = "sweep"
    RECONCILE = "startReconciliation"
    REBUILD = "startRebuild"
    REINDEX = "startReindex"
    DELETE_INDEX = "deleteIndex"


AUDITED: Mapping[Route, Action] = {
    ("POST", "/webhook"): Action.SUBMIT,
    ("POST", "/uploads"): Action.UPLOAD,
    ("PATCH", "/documents/{doc_hash}"): Action.EDIT,
    ("POST", "/documents/{doc_hash}/retry"): Action.RETRY,
    ("POST", "/folders/move"): Action.MOVE_FOLDER,
    ("POST", "/folders/delete"): Action.DELETE_FOLDER,
    ("POST", "/dead-letters/{branch}/redrive"): Action.REDRIVE,
    ("POST", "/sweep"): Action.SWEEP,
    ("POST", "/reconcile"): Action.RECONCILE,
    ("POST", "/rebuild"): Action.REBUILD,
    ("POST", "/reindex"): Action.REINDEX,
    ("DELETE", "/indexes/{name}"): Action.DELETE_INDEX,
}

READING: frozenset[Route] = frozenset({("POST", "/documents/compare"), ("POST", "/search"), ("POST", "/live/ticket")})
"""Routes that are no GET and change nothing that lasts: they have no entries."""

PRIVATE: frozenset[Route] = frozenset(
    {
        ("POST", "/chats"),
        ("PATCH", "/chats/{id}"),
        ("DELETE", "/chats/{id}"),
        ("POST", "/chats/{id}/messages"),
        ("POST", "/chats/{id}/messages/{message_id}/stop"),
        ("POST", "/chats/{id}/messages/{message_id}/again"),
        ("POST", "/chats/{id}/messages/{message_id}/feedback"),
    }
)
"""Routes that change what is their caller's alone. Nobody else is told that it is there, so they have no entries."""
