"""Which list GET /documents asks for."""

from bloomweaver.documents.requests import DocumentsRequest
from bloomweaver.library.listed import Scope
from bloomweaver.library.reading import Lists, Wanted
from bloomweaver.ports import DocumentRecords, RecordPage


def listed(lists: Lists, records: DocumentRecords, request: DocumentsRequest) -> RecordPage:
    """The page that is asked for. Raises `InvalidCursor` and `StorageUnavailable`."""
    if request.origin is not None:
        return lists.of_origin(request.origin, request.limit, request.cursor)
    if request.folder is not None:
        wanted = Wanted(
            folder=request.folder,
            scope=Scope.BELOW if request.recursive else Scope.DIRECT,
            order=request.order,
            status=request.status,
            title_prefix=request.prefix,
        )
        return lists.documents(wanted, request.limit, request.cursor)
    assert request.status is not None, "the request would not be valid"
    return records.page(request.status, request.limit, request.cursor)
