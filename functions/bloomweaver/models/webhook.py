"""The webhook's body: what a client may send, checked before anything is written."""

import base64
import binascii
import re
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from bloomweaver.keys import DOC_HASH
from bloomweaver.models.origin import Origin
from bloomweaver.models.record import Operation
from bloomweaver.models.request_fields import CheckedMetadata, ContentType, Folder, Language, Title, invalid

UPLOAD_PREFIX = "uploads/"
_UPLOAD_KEY = rf"{UPLOAD_PREFIX}[A-Za-z0-9-]{{1,64}}"

_CONTENT_FIELDS = ("content", "content_base64", "content_ref")
_BODY_SCHEMA: dict[str, Any] = {
    "if": {"properties": {"operation": {"const": "DELETE"}}},
    "then": {"properties": {name: {"type": "null"} for name in (*_CONTENT_FIELDS, "content_type")}},
    "else": {
        "required": ["content_type"],
        "properties": {"content_type": {"type": "string"}},
        "oneOf": [{"required": [name], "properties": {name: {"type": "string"}}} for name in _CONTENT_FIELDS],
    },
}
"""What the validators below ask for, as far as JSON Schema can say it: the API's description has it."""


class WebhookBody(BaseModel):
    """A request to create, update or delete a document."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, hide_input_in_errors=True, json_schema_extra=_BODY_SCHEMA
    )

    operation: Literal["CREATE", "UPDATE", "DELETE", "INSERT"]
    """`INSERT` means CREATE. A CREATE of a document that exists runs as UPDATE, and the other way round."""
    doc_hash: Annotated[str, Field(pattern=f"^{DOC_HASH}$")]
    """What the document is called from now on."""
    content_type: ContentType | None = None
    """Of the content. With a DELETE there is none."""
    content: str | None = None
    """The content as text. Exactly one of the three contents is needed, and none with a DELETE."""
    content_base64: str | None = None
    """The content as base64."""
    content_ref: Annotated[str, Field(json_schema_extra={"pattern": f"^{_UPLOAD_KEY}$"})] | None = None
    """The content as a key that POST /uploads gave."""
    title: Title | None = None
    """One that is left out is emptied, not kept."""
    language: Language | None = None
    """What the document is written in, as BCP 47 has it. Without it the text is looked at."""
    metadata: CheckedMetadata = {}
    """What search can filter by, at most 16 KiB as JSON, with no integer beyond 2^53. What is left out is emptied, not
    kept."""
    folder: Folder | None = None
    """Where the document is. One that is left out stays as it was; a new document is in `/`."""
    origin: Origin | None = None
    """The sync that the document is of. One that is left out stays as it was."""
    expected_version: Annotated[int, Field(ge=0)] | None = None
    """The latest version that the sender knows of; 0 is none. If there is another, nothing is done."""
    source_version: Annotated[int, Field(ge=-(2**63), lt=2**63)] | None = None
    """A number that only grows, such as a time of change in milliseconds: what is older is refused."""

    @field_validator("content_base64")
    @classmethod
    def _decodable(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                base64.b64decode(value, validate=True)
            except (binascii.Error, ValueError) as error:
                raise invalid("broken_base64", f"this is not base64: {error}") from error
        return value

    @field_validator("content_ref")
    @classmethod
    def _upload_key(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(_UPLOAD_KEY, value):
            raise invalid(
                "not_an_upload", f"a reference is a key that POST /uploads gave; it is '{UPLOAD_PREFIX}' and an id"
            )
        return value

    @model_validator(mode="after")
    def _one_content(self) -> Self:
        given = [field for field in _CONTENT_FIELDS if getattr(self, field) is not None]
        if self.effective_operation is Operation.DELETE:
            # A content type says nothing without a content, and a DELETE has none.
            unwanted = [*given, *(["content_type"] if self.content_type is not None else [])]
            if unwanted:
                raise invalid("content_on_delete", f"a DELETE has no {' and no '.join(unwanted)}", unwanted[0])
            return self
        if len(given) != 1:
            what = f"{' and '.join(given)} are given" if given else "none is given"
            raise invalid("one_content", f"exactly one of {', '.join(_CONTENT_FIELDS)} is needed; {what}", "content")
        if self.content_type is None:
            raise invalid("content_type_missing", "content_type is needed with a content", "content_type")
        return self

    @property
    def effective_operation(self) -> Operation:
        """The operation asked for, with the alias INSERT read as CREATE."""
        return Operation.CREATE if self.operation == "INSERT" else Operation(self.operation)

    def inline_content(self) -> bytes | None:
        """The content that travels in the body itself; none where it is a reference, or a DELETE."""
        if self.content is not None:
            return self.content.encode()
        if self.content_base64 is not None:
            return base64.b64decode(self.content_base64, validate=True)
        return None
