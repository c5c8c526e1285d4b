"""The routes about runs."""

from http import HTTPStatus

from bloomweaver.api_description.description import Described, RouteDescription, Success, Tag
from bloomweaver.api_description.documents import DOC_HASH
from bloomweaver.errors import InvalidCursor, UnknownDocument, UnknownRun
from bloomweaver.runs.answers import RunDetail, RunGraph, RunPage
from bloomweaver.runs.requests import DocumentRunsRequest, RunRequest, RunsRequest

_RUN = Described({"type": "string", "minLength": 1, "maxLength": 89}, "The `id` of the run in a list of runs.")

DESCRIPTIONS = (
    RouteDescription(
        ("GET", "/runs"),
        "listRuns",
        Tag.RUNS,
        "List runs",
        {HTTPStatus.OK: Success("Some runs, the newest first.", RunPage)},
        says="""
            Runs of all state machines, also those that Step Functions has forgotten. A run is listed, and listed as
            ended, a few seconds later.
            """,
        query=RunsRequest,
        raises=(InvalidCursor,),
    ),
    RouteDescription(
        ("GET", "/documents/{doc_hash}/runs"),
        "listDocumentRuns",
        Tag.RUNS,
        "List the runs of a document",
        {HTTPStatus.OK: Success("Some runs, the newest first.", RunPage)},
        says="Those of versions of before too, and of a document that was deleted.",
        path={"doc_hash": DOC_HASH},
        query=DocumentRunsRequest,
        raises=(UnknownDocument, InvalidCursor),
    ),
    RouteDescription(
        ("GET", "/runs/{id}"),
        "getRun",
        Tag.RUNS,
        "See what a run's states did",
        {HTTPStatus.OK: Success("The run, and the states that a part of its history is of.", RunDetail)},
        says="""
            Reads a page of the history. A state that goes on on the next page is there again, by its `id`, with what is
            new: its later attempts, how it ended, and its output. Texts are cut after 400 characters unless `whole` is
            asked for; where they would be more than an answer has room for they are cut all the same, and a smaller
            `limit` has them whole.
            """,
        path={"id": _RUN},
        query=RunRequest,
        raises=(UnknownRun, InvalidCursor),
    ),
    RouteDescription(
        ("GET", "/runs/{id}/graph"),
        "getRunGraph",
        Tag.RUNS,
        "See a run as a graph",
        {HTTPStatus.OK: Success("The definition that ran, and how its states went.", RunGraph)},
        says="Reads up to 5,000 events of the history, without inputs and outputs. `complete` says if that was all.",
        path={"id": _RUN},
        raises=(UnknownRun,),
    ),
)
