"""Fields that several requests have, each checked and in the one form in which it is kept."""

import json
import math
import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, Field
from pydantic_core import PydanticCustomError

from bloomweaver.content import CONTENT_TYPES
from bloomweaver.models import folder_path, language_tag
from bloomweaver.models.chunk import Metadata

METADATA_MAX_BYTES = 16 * 1024
METADATA_KEY_MAX_LENGTH = 128
EXACT_INTEGER_MAX = 2**53
"""Vector indexes keep numbers as 64-bit floats: a larger integer would come back as another one."""

UNSUPPORTED_CONTENT_TYPE = "unsupported_content_type"
"""The type of the validation error that the webhook answers with 415."""
_VALUES: list[dict[str, Any]] = [
    {"type": "string"},
    {"type": "boolean"},
    {"type": "number"},
    {"type": "array", "items": {"type": "string"}},
]
_METADATA_SCHEMA: dict[str, Any] = {
    "propertyNames": {"pattern": r"^[^$]", "maxLength": METADATA_KEY_MAX_LENGTH},
    "additionalProperties": {"anyOf": _VALUES},
}
METADATA_PATCH_SCHEMA: dict[str, Any] = {
    **_METADATA_SCHEMA,
    "additionalProperties": {"anyOf": [*_VALUES, {"type": "null"}]},
}


def invalid(kind: str, message: str, field: str | None = None) -> PydanticCustomError:
    """A validation error. `field` names the one to mend, where a rule is about several."""
    # The message goes in as a value, since a brace in it would be read as a placeholder.
    return PydanticCustomError(kind, "{message}", {"message": message, "field": field})


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise invalid("moment", "it is out of range") from error


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A time with its offset from UTC."""


def moment_text(moment: datetime | None) -> str | None:
    """A `Moment` in the form of `Clock`."""
    return moment.isoformat(timespec="microseconds") if moment is not None else None


def _language(tag: str) -> str:
    try:
        return language_tag.canonical(tag)
    except ValueError as error:
        raise invalid("language_tag", str(error)) from error


def _folder(path: str) -> str:
    try:
        return folder_path.canonical(path)
    except ValueError as error:
        raise invalid("folder", str(error)) from error


def checked_metadata(value: dict[str, Any]) -> Metadata:
    """The metadata, if a document may have it. Raises `PydanticCustomError`."""
    for key, entry in value.items():
        if not key or len(key) > METADATA_KEY_MAX_LENGTH:
            raise invalid("metadata_key", f"a key is 1 to {METADATA_KEY_MAX_LENGTH} characters long")
        if key.startswith("$"):
            raise invalid("metadata_key", f"'{key}' starts with '$', which filters use for their operators")
        _check_metadata_value(key, entry)
    size = len(json.dumps(value, ensure_ascii=False).encode())
    if size > METADATA_MAX_BYTES:
        raise invalid("metadata_too_large", f"it is {size} bytes as JSON; {METADATA_MAX_BYTES} is the most")
    return value


def checked_metadata_patch(value: dict[str, Any]) -> dict[str, Any]:
    """The metadata of a merge patch, in which null removes. Raises `PydanticCustomError`."""
    checked_metadata({key: entry for key, entry in value.items() if entry is not None})
    return value


def _check_metadata_value(key: str, value: Any) -> None:
    if isinstance(value, bool | str):
        return
    if isinstance(value, int):
        if abs(value) > EXACT_INTEGER_MAX:
            raise invalid("metadata_value", f"'{key}' is an integer beyond 2^53; send it as a string")
        return
    if isinstance(value, float) and math.isfinite(value):  # 1e999 is JSON, and reads as infinity
        return
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return
    raise invalid("metadata_value", f"'{key}' is neither a string, a number, a boolean nor a list of strings")


def _content_type(value: str) -> str:
    media_type = value.partition(";")[0].strip().lower()
    if media_type not in CONTENT_TYPES:
        raise invalid(
            UNSUPPORTED_CONTENT_TYPE,
            f"'{media_type}' is not supported; one of {', '.join(sorted(CONTENT_TYPES))} is",
        )
    return media_type


ContentType = Annotated[
    str,
    AfterValidator(_content_type),
    Field(
        json_schema_extra={
            "pattern": f"^({'|'.join(map(re.escape, CONTENT_TYPES))})( *;.*)?$",
            "examples": [*CONTENT_TYPES],
        }
    ),
]
Title = Annotated[str, Field(max_length=1024)]
Language = Annotated[str, AfterValidator(_language)]
"""A tag of BCP 47."""
Folder = Annotated[
    str,
    AfterValidator(_folder),
    Field(
        json_schema_extra={
            "pattern": "^/",
            "maxLength": folder_path.MAX_BYTES,
            "examples": [folder_path.ROOT, "/guides/aws"],
        }
    ),
]
CheckedMetadata = Annotated[dict[str, Any], AfterValidator(checked_metadata), Field(json_schema_extra=_METADATA_SCHEMA)]
