"""What lies in the tables, read behind the API's back."""

from collections.abc import Iterator
from typing import Any

from bloomweaver.adapters.dynamodb_records import record_of
from bloomweaver.models.record import DocumentRecord
from faults.stand import Stand


def items(stand: Stand, table: str) -> Iterator[dict[str, Any]]:
    """Every item of a table, by the table's logical id."""
    client = stand.client("dynamodb")
    [name] = [each for each in client.list_tables()["TableNames"] if table in each]
    for page in client.get_paginator("scan").paginate(TableName=name, ConsistentRead=True):
        yield from page["Items"]


def document_records(stand: Stand) -> Iterator[DocumentRecord]:
    """Every document's record."""
    return map(record_of, items(stand, "DocumentsTable"))
