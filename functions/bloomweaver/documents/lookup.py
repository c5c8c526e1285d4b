"""A document by the id that a caller gave."""

from bloomweaver.errors import UnknownDocument
from bloomweaver.keys import DOC_HASH_RULE, is_doc_hash
from bloomweaver.models.record import DocumentRecord
from bloomweaver.ports import DocumentRecords


def known_document(records: DocumentRecords, doc_hash: str) -> DocumentRecord:
    """The record of a document. Raises `UnknownDocument` if it has none, or its id is none."""
    if not is_doc_hash(doc_hash):
        raise UnknownDocument(f"'{doc_hash}' is no document's id: {DOC_HASH_RULE}")
    record = records.get(doc_hash)
    if record is None:
        raise UnknownDocument(f"no document '{doc_hash}' is known")
    return record
