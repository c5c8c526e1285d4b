"""The routes about documents."""

from http import HTTPStatus

from bloomweaver import keys
from bloomweaver.api_description.description import RUN, Body, Described, RouteDescription, Success, Tag
from bloomweaver.content import CONTENT_TYPES
from bloomweaver.documents.answers import Accepted, ContentAddress, Document, DocumentCounts, DocumentPage, Upload
from bloomweaver.documents.comparison import CompareRequest, Comparison
from bloomweaver.documents.edits import Edit, InvalidEdit
from bloomweaver.documents.ingest import InvalidReference
from bloomweaver.documents.removal import Removal
from bloomweaver.documents.requests import DocumentsRequest, FoldersRequest, UploadRequest
from bloomweaver.errors import (
    BodyExpired,
    ContentNotKept,
    DocumentDeleted,
    FolderUnderChange,
    InvalidCursor,
    NotDeleted,
    NotFailed,
    NotServed,
    Replayed,
    StaleSourceVersion,
    UnexpectedVersion,
    UnknownDocument,
    UnknownFolder,
    UnknownRun,
)
from bloomweaver.folder_changes.answers import FolderChangeStarted, FollowedFolderChange
from bloomweaver.folder_changes.requests import DeleteFolder, MoveFolder
from bloomweaver.library.answers import FolderList
from bloomweaver.models.webhook import WebhookBody
from bloomweaver.passages.served import PassagePage, PassagesRequest
from bloomweaver.sources.contents import PASSAGES_TYPE

DOC_HASH = Described({"type": "string", "pattern": f"^{keys.DOC_HASH}$"}, "The document's id.")

_CREATE = {
    "operation": "CREATE",
    "doc_hash": "opening-hours",
    "content_type": "text/markdown",
    "content": "# Opening hours\n\nThe library opens at nine and closes at six. On Sundays it stays closed.\n",
    "title": "Opening hours",
    "metadata": {"lang": "en", "year": 2026, "tags": ["public"]},
    "source_version": 1,
}
_SENDABLE = {
    "doc_hash": "opening-hours",
    "content_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "content_type": "text/markdown",
    "title": "Opening hours",
}
_NO_STORE = {
    "X-Content-Given": Described(
        {"enum": ["inline", "address"]},
        "`inline`: the body is the content. `address`: it is too large, and the body is JSON with an address of it.",
    ),
    "X-Content-Source": Described(
        {"enum": ["content", "passages"]},
        "`passages`: all that is left of a document from before contents were kept, a JSON object with `text` a line.",
    ),
    "X-Content-Version": Described({"type": "integer", "minimum": 1}, "The version that is served."),
    "Content-Disposition": Described({"type": "string"}, "Always an attachment."),
    "X-Content-Type-Options": Described({"const": "nosniff"}, "Always."),
    "Content-Security-Policy": Described({"const": "sandbox"}, "Always."),
    "Cache-Control": Described({"const": "no-store"}, "Always."),
}

DESCRIPTIONS = (
    RouteDescription(
        ("POST", "/webhook"),
        "submitOperation",
        Tag.DOCUMENTS,
        "Create, update or delete a document",
        {
            HTTPStatus.ACCEPTED: Success("The operation is on its way, as a new version of the document.", Accepted),
            HTTPStatus.OK: Success("Nothing is done: the same is indexed already, or on its way.", Accepted),
        },
        says="""
            The body may be gzip, and is told by its first bytes. It has 10 MiB at most, inflated; as sent, stay below
            4.5 MB, or send the content by `POST /uploads`. Every request may be sent twice without harm.
            """,
        body=Body(
            WebhookBody,
            examples={
                "a document with its text": _CREATE,
                "a deletion": {"operation": "DELETE", "doc_hash": "opening-hours"},
            },
        ),
        raises=(UnknownDocument, StaleSourceVersion, UnexpectedVersion, Replayed, InvalidReference),
        refuses={HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The content type is not supported, and nothing else is wrong."},
    ),
    RouteDescription(
        ("POST", "/uploads"),
        "requestUpload",
        Tag.DOCUMENTS,
        "Get a place for a large content",
        {HTTPStatus.CREATED: Success("A URL that takes the content, by PUT.", Upload)},
        says="Then send `content_ref` to the webhook, in the place of the content.",
        body=Body(UploadRequest, examples={"8 MiB": {"size": 8388608}}),
        raises=(Replayed,),
        refuses={HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The size is over the limit, 50 MiB."},
    ),
    RouteDescription(
        ("GET", "/documents"),
        "listDocuments",
        Tag.DOCUMENTS,
        "List documents",
        {HTTPStatus.OK: Success("Some documents, in the order of the list.", DocumentPage)},
        says="""
            Those of a folder, by title or by time; or without a folder those of a status, the latest change first, or
            of an origin, by path. Lists follow the documents with a short delay, and what is listed is shown as it is
            now: a page may have fewer than asked for, and the list goes on as long as there is a cursor.
            """,
        query=DocumentsRequest,
        raises=(InvalidCursor,),
    ),
    RouteDescription(
        ("GET", "/folders"),
        "listFolders",
        Tag.DOCUMENTS,
        "List the folders in a folder",
        {HTTPStatus.OK: Success("Some folders, by name, each with the number of documents below it.", FolderList)},
        says="A folder is there as long as a document is in it or below it. Numbers follow with a short delay.",
        query=FoldersRequest,
        raises=(InvalidCursor,),
    ),
    RouteDescription(
        ("POST", "/folders/move"),
        "moveFolder",
        Tag.DOCUMENTS,
        "Move a folder with all in it",
        {HTTPStatus.ACCEPTED: Success("It runs.", FolderChangeStarted)},
        says="""
            Every document in the folder and below it becomes a new version with another folder, and the vectors that it
            has. What comes into the folder while it runs moves too. If there is a folder of the new path, the two
            become one.
            """,
        body=Body(MoveFolder, examples={"another name": {"folder": "/guides/aws", "to": "/guides/amazon"}}),
        raises=(UnknownFolder, FolderUnderChange),
    ),
    RouteDescription(
        ("POST", "/folders/delete"),
        "deleteFolder",
        Tag.DOCUMENTS,
        "Delete a folder with all in it",
        {HTTPStatus.ACCEPTED: Success("It runs.", FolderChangeStarted)},
        says="""
            Every document in the folder and below it is deleted, but those that are sent or edited after it was asked
            for.
            """,
        body=Body(DeleteFolder, examples={"a folder": {"folder": "/guides/aws"}}),
        raises=(UnknownFolder, FolderUnderChange),
    ),
    RouteDescription(
        ("GET", "/folders/changes/{id}"),
        "getFolderChange",
        Tag.DOCUMENTS,
        "See how far a folder's move or deletion is",
        {HTTPStatus.OK: Success("How far it is.", FollowedFolderChange)},
        path={"id": RUN},
        raises=(UnknownRun,),
    ),
    RouteDescription(
        ("POST", "/documents/compare"),
        "compareDocuments",
        Tag.DOCUMENTS,
        "See which documents would be unchanged",
        {HTTPStatus.OK: Success("For each, whether sending it would do nothing.", Comparison)},
        says="So that nothing is sent that is there already. A digest stands in the place of the content.",
        body=Body(CompareRequest, examples={"a document": {"documents": [_SENDABLE]}}),
    ),
    RouteDescription(
        ("PATCH", "/documents/{doc_hash}"),
        "editDocument",
        Tag.DOCUMENTS,
        "Edit what is said of a document",
        {
            HTTPStatus.ACCEPTED: Success("The edit is on its way, as a new version of the document.", Accepted),
            HTTPStatus.OK: Success("Nothing is done: it is so already, or on its way.", Accepted),
        },
        says="A merge patch (RFC 7396): what is left out stays, null removes. The content stays as it is.",
        path={"doc_hash": DOC_HASH},
        body=Body(
            Edit,
            examples={
                "another title and folder": {"title": "Opening hours in summer", "folder": "/library/hours"},
                "a metadata entry less": {"metadata": {"draft": None}},
            },
        ),
        raises=(UnknownDocument, DocumentDeleted, UnexpectedVersion, BodyExpired, InvalidEdit),
    ),
    RouteDescription(
        ("GET", "/documents/{doc_hash}"),
        "getDocument",
        Tag.DOCUMENTS,
        "See where a document stands",
        {HTTPStatus.OK: Success("The document, as it is now.", Document)},
        path={"doc_hash": DOC_HASH},
        raises=(UnknownDocument,),
    ),
    RouteDescription(
        ("GET", "/documents/{doc_hash}/content"),
        "getContent",
        Tag.DOCUMENTS,
        "Get the content of what is served",
        {
            HTTPStatus.OK: Success(
                "The content as it was sent, decoded, of the type that it was sent with; or where it is.",
                content={
                    **{name: {} for name in (*CONTENT_TYPES, PASSAGES_TYPE)},
                    # A document may be JSON itself: X-Content-Given tells the two apart.
                    "application/json": {"anyOf": [{"$ref": f"#/components/schemas/{ContentAddress.__name__}"}, {}]},
                },
                headers=_NO_STORE,
            )
        },
        says="A content of more than 4 MiB is not in the answer, which then has an address of it.",
        path={"doc_hash": DOC_HASH},
        raises=(UnknownDocument, NotServed, ContentNotKept),
    ),
    RouteDescription(
        ("GET", "/documents/{doc_hash}/passages"),
        "listPassages",
        Tag.DOCUMENTS,
        "List the passages of what is served",
        {HTTPStatus.OK: Success("Some passages, in the order of the document.", PassagePage)},
        says="As they were cut, from their backups. `version` says of which version, which may change between pages.",
        path={"doc_hash": DOC_HASH},
        query=PassagesRequest,
        raises=(UnknownDocument, NotServed),
    ),
    RouteDescription(
        ("GET", "/documents/{doc_hash}/removal"),
        "getRemoval",
        Tag.DOCUMENTS,
        "See what became of a deletion",
        {HTTPStatus.OK: Success("Place by place, how far the removal is, and until when a copy may remain.", Removal)},
        path={"doc_hash": DOC_HASH},
        raises=(UnknownDocument, NotDeleted),
    ),
    RouteDescription(
        ("GET", "/counts"),
        "countDocuments",
        Tag.DOCUMENTS,
        "Count the documents by status",
        {HTTPStatus.OK: Success("The counts, as far as they were made in five seconds.", DocumentCounts)},
    ),
    RouteDescription(
        ("POST", "/documents/{doc_hash}/retry"),
        "retryDocument",
        Tag.FAILURES,
        "Run a failed operation once more",
        {HTTPStatus.ACCEPTED: Success("The operation is on its way, as a new version.", Accepted)},
        path={"doc_hash": DOC_HASH},
        raises=(UnknownDocument, NotFailed, BodyExpired),
    ),
)
