"""Lists of runs: from the table alone, one query a page."""

from bloomweaver.documents.lookup import known_document
from bloomweaver.models.request_fields import moment_text
from bloomweaver.ports import DocumentRecords
from bloomweaver.runs.answers import RunPage
from bloomweaver.runs.cursors import list_cursor, place_of
from bloomweaver.runs.ports import RunList, RunTable
from bloomweaver.runs.requests import DocumentRunsRequest, RunsRequest


def list_runs(table: RunTable, request: RunsRequest) -> RunPage:
    """A page of the runs that are asked for. Raises `InvalidCursor` and `StorageUnavailable`."""
    of = RunList(state_machine=request.state_machine, status=request.status)
    return _page(table, of, moment_text(request.since), moment_text(request.until), request.limit, request.cursor)


def list_document_runs(
    table: RunTable, records: DocumentRecords, doc_hash: str, request: DocumentRunsRequest
) -> RunPage:
    """A page of the runs of a document, those of versions of before too.

    Raises `UnknownDocument`, `InvalidCursor` and `StorageUnavailable`.
    """
    page = _page(table, RunList(doc_hash=doc_hash), None, None, request.limit, request.cursor)
    if not page.runs and request.cursor is None:
        known_document(records, doc_hash)  # one that has none yet, or none at all
    return page


def _page(
    table: RunTable, of: RunList, since: str | None, until: str | None, limit: int, cursor: str | None
) -> RunPage:
    after = place_of(of, since, until, cursor)
    found = table.page(of, since=since, until=until, limit=limit, after=after)
    return RunPage.of(found.runs, list_cursor(of, since, until, found.after))
