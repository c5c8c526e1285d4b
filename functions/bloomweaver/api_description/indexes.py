"""The routes about vector indexes, and about the runs that compare, fill and replace them."""

from http import HTTPStatus

from bloomweaver import keys
from bloomweaver.api_description.description import RUN, Body, Described, RouteDescription, Success, Tag
from bloomweaver.errors import (
    IndexInUse,
    IndexUnusable,
    InvalidCursor,
    RebuildRunning,
    ReindexUnderWay,
    UnknownIndex,
    UnknownRun,
    VectorIndexRejected,
)
from bloomweaver.rebuilding.answers import Rebuild, RebuildRequest
from bloomweaver.reconciliation.answers import FindingsRequest, ReconcileRequest, Reconciliation
from bloomweaver.recovery.answers import RunStarted
from bloomweaver.reindexing.answers import DeletedIndex, Indexes, IndexesRequest, Reindex, ReindexStarted

DESCRIPTIONS = (
    RouteDescription(
        ("GET", "/indexes"),
        "listIndexes",
        Tag.INDEXES,
        "List the vector indexes",
        {HTTPStatus.OK: Success("The indexes, and what is served from each.", Indexes)},
        says="Documents are counted for 10 seconds at most.",
        query=IndexesRequest,
        raises=(InvalidCursor,),
    ),
    RouteDescription(
        ("DELETE", "/indexes/{name}"),
        "deleteIndex",
        Tag.INDEXES,
        "Delete a retired index",
        {
            HTTPStatus.OK: Success("It is gone.", DeletedIndex),
            HTTPStatus.ACCEPTED: Success("The vector store is at it: send the same request again.", DeletedIndex),
        },
        path={"name": Described({"type": "string", "pattern": f"^{keys.INDEX_NAME}$"}, "The name of the index.")},
        raises=(UnknownIndex, IndexInUse, VectorIndexRejected),
    ),
    RouteDescription(
        ("POST", "/reindex"),
        "startReindex",
        Tag.INDEXES,
        "Move every document to the deployment's index",
        {HTTPStatus.ACCEPTED: Success("It runs.", ReindexStarted)},
        says="After a change of the model or the chunking. Search finds every document all the while.",
        raises=(ReindexUnderWay, IndexUnusable, VectorIndexRejected),
    ),
    RouteDescription(
        ("GET", "/reindex/{id}"),
        "getReindex",
        Tag.INDEXES,
        "See how far a reindex is",
        {HTTPStatus.OK: Success("How far it is.", Reindex)},
        path={"id": RUN},
        raises=(UnknownRun,),
    ),
    RouteDescription(
        ("POST", "/reconcile"),
        "startReconciliation",
        Tag.UPKEEP,
        "Compare records, vector index, backups and lists",
        {HTTPStatus.ACCEPTED: Success("It runs.", RunStarted)},
        says="Several at a time, or one while documents change, do no harm.",
        body=Body(ReconcileRequest, optional=True),
    ),
    RouteDescription(
        ("GET", "/reconcile/{id}"),
        "getReconciliation",
        Tag.UPKEEP,
        "See what a comparison found",
        {HTTPStatus.OK: Success("How far it is, and a part of what it found.", Reconciliation)},
        path={"id": RUN},
        query=FindingsRequest,
        raises=(UnknownRun, InvalidCursor),
    ),
    RouteDescription(
        ("POST", "/rebuild"),
        "startRebuild",
        Tag.UPKEEP,
        "Make the vector index anew from the backups",
        {HTTPStatus.ACCEPTED: Success("It runs.", RunStarted)},
        body=Body(RebuildRequest, optional=True),
        raises=(RebuildRunning, IndexUnusable, UnknownIndex),
    ),
    RouteDescription(
        ("GET", "/rebuild/{id}"),
        "getRebuild",
        Tag.UPKEEP,
        "See how a rebuild went",
        {HTTPStatus.OK: Success("How far it is, and what could not be restored.", Rebuild)},
        path={"id": RUN},
        raises=(UnknownRun,),
    ),
)
