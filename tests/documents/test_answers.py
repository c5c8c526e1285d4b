"""What the API says of a document."""

from bloomweaver.documents.answers import INTERNAL, Document
from bloomweaver.models.record import DocumentRecord


def test_every_field_of_the_record_is_shown_or_named_as_internal() -> None:
    assert not INTERNAL & set(Document.model_fields)
    shown = set(DocumentRecord.model_fields) - INTERNAL
    assert set(Document.model_fields) == shown | {"served_version", "source", "progress"}
