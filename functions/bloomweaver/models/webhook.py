"""The webhook's body: what a client may send, checked before anything is written."""

import base64
import binascii
import json
import math
import re
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from bloomweaver.content import CONTENT_TYPES
from bloomweaver.keys import DOC_HASH
from bloomweaver.models import language_tag
from bloomweaver.models.chunk import Metadata
from bloomweaver.models.record import Operation

METADATA_MAX_BYTES = 16 * 1024
METADATA_KEY_MAX_LENGTH = 128
EXACT_INTEGER_MAX = 2**53
"""Vector indexes keep numbers as 64-bit floats: a larger integer would come back as another one."""
UPLOAD_PREFIX = "uploads/"
_UPLOAD_KEY = rf"{UPLOAD_PREFIX}[A-Za-z0-9-]{{1,64}}"
UNSUPPORTED_CONTENT_TYPE = "unsupported_content_type"
"""The type of the validation error that the webhook answers with 415."""

_CONTENT_FIELDS = ("content", "content_base64", "content_ref")
_CONTENT_TYPE_SCHEMA: dict[str, Any] = {
    "pattern": f"^({'|'.join(map(re.escape, CONTENT_TYPES))})( *;.*)?$",
    "examples": [*CONTENT_TYPES],
}
_METADATA_SCHEMA: dict[str, Any] = {
    "propertyNames": {"pattern": r"^[^$]", "maxLength": METADATA_KEY_MAX_LENGTH},
    "additionalProperties": {
        "anyOf": [
            {"type": "string"},
            {"type": "boolean"},
            {"type": "number"},
            {"type": "array", "items": {"type": "string"}},
        ]
    },
}
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


def _invalid(kind: str, message: str, field: str | None = None) -> PydanticCustomError:
    # The message goes in as a value, since a brace in it would be read as a placeholder. A rule about several fields
    # names the one to mend, as Pydantic gives its error no place.
    return PydanticCustomError(kind, "{message}", {"message": message, "field": field})


class WebhookBody(BaseModel):
    """A request to create, update or delete a document."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, json_schema_extra=_BODY_SCHEMA)

    operation: Literal["CREATE", "UPDATE", "DELETE", "INSERT"]
    """`INSERT` means CREATE. A CREATE of a document that exists runs as UPDATE, and the other way round."""
    doc_hash: Annotated[str, Field(pattern=f"^{DOC_HASH}$")]
    """What the document is called from now on."""
    content_type: Annotated[str, Field(json_schema_extra=_CONTENT_TYPE_SCHEMA)] | None = None
    """Of the content. With a DELETE there is none."""
    content: str | None = None
    """The content as text. Exactly one of the three contents is needed, and none with a DELETE."""
    content_base64: str | None = None
    """The content as base64."""
    content_ref: Annotated[str, Field(json_schema_extra={"pattern": f"^{_UPLOAD_KEY}$"})] | None = None
    """The content as a key that POST /uploads gave."""
    title: Annotated[str, Field(max_length=1024)] | None = None
    """One that is left out is emptied, not kept."""
    language: str | None = None
    """What the document is written in, as BCP 47 has it. Without it the text is looked at."""
    metadata: Annotated[dict[str, Any], Field(json_schema_extra=_METADATA_SCHEMA)] = {}
    """What search can filter by, at most 16 KiB as JSON, with no integer beyond 2^53. What is left out is emptied, not
    kept."""
    source_version: Annotated[int, Field(ge=-(2**63), lt=2**63)] | None = None
    """A number that only grows, such as a time of change in milliseconds: what is older is refused."""

    @field_validator("content_type")
    @classmethod
    def _known_content_type(cls, value: str | None) -> str | None:
        if value is None:
            return None
        media_type = value.partition(";")[0].strip().lower()
        if media_type not in CONTENT_TYPES:
            raise _invalid(
                UNSUPPORTED_CONTENT_TYPE,
                f"'{media_type}' is not supported; one of {', '.join(sorted(CONTENT_TYPES))} is",
            )
        return media_type

    @field_validator("content_base64")
    @classmethod
    def _decodable(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                base64.b64decode(value, validate=True)
            except (binascii.Error, ValueError) as error:
                raise _invalid("broken_base64", f"this is not base64: {error}") from error
        return value

    @field_validator("content_ref")
    @classmethod
    def _upload_key(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(_UPLOAD_KEY, value):
            raise _invalid(
                "not_an_upload", f"a reference is a key that POST /uploads gave; it is '{UPLOAD_PREFIX}' and an id"
            )
        return value

    @field_validator("language")
    @classmethod
    def _language_tag(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            return language_tag.canonical(value)
        except ValueError as error:
            raise _invalid("language_tag", str(error)) from error

    @field_validator("metadata")
    @classmethod
    def _flat_metadata(cls, value: dict[str, Any]) -> Metadata:
        for key, entry in value.items():
            if not key or len(key) > METADATA_KEY_MAX_LENGTH:
                raise _invalid("metadata_key", f"a key is 1 to {METADATA_KEY_MAX_LENGTH} characters long")
            if key.startswith("$"):
                raise _invalid("metadata_key", f"'{key}' starts with '$', which filters use for their operators")
            _check_metadata_value(key, entry)
        size = len(json.dumps(value, ensure_ascii=False).encode())
        if size > METADATA_MAX_BYTES:
            raise _invalid("metadata_too_large", f"it is {size} bytes as JSON; {METADATA_MAX_BYTES} is the most")
        return value

    @model_validator(mode="after")
    def _one_content(self) -> Self:
        given = [field for field in _CONTENT_FIELDS if getattr(self, field) is not None]
        if self.effective_operation is Operation.DELETE:
            # A content type says nothing without a content, and a DELETE has none.
            unwanted = [*given, *(["content_type"] if self.content_type is not None else [])]
            if unwanted:
                raise _invalid("content_on_delete", f"a DELETE has no {' and no '.join(unwanted)}", unwanted[0])
            return self
        if len(given) != 1:
            what = f"{' and '.join(given)} are given" if given else "none is given"
            raise _invalid("one_content", f"exactly one of {', '.join(_CONTENT_FIELDS)} is needed; {what}", "content")
        if self.content_type is None:
            raise _invalid("content_type_missing", "content_type is needed with a content", "content_type")
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


def _check_metadata_value(key: str, value: Any) -> None:
    if isinstance(value, bool | str):
        return
    if isinstance(value, int):
        if abs(value) > EXACT_INTEGER_MAX:
            raise _invalid("metadata_value", f"'{key}' is an integer beyond 2^53; send it as a string")
        return
    if isinstance(value, float) and math.isfinite(value):  # 1e999 is JSON, and reads as infinity
        return
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return
    raise _invalid("metadata_value", f"'{key}' is neither a string, a number, a boolean nor a list of strings")
