"""Object versions on disk alone: MiniStack writes their content there, and keeps a copy of it in memory as well.

It reads a version from disk where memory has no copy, as after each of its starts. So `install` lets go of the copy
once it is written. It relies on functions of exactly the version in the requirements.
"""

from collections.abc import Callable
from typing import Any


def install() -> None:
    """Have MiniStack keep no content of versions in memory."""
    from ministack.services import s3

    persist: Callable[[str, str, Any], None] = s3._persist_object

    def persist_and_let_go(bucket: str, key: str, record: Any) -> None:
        persist(bucket, key, record)
        if record["body"] is not None:
            return  # it could not be written
        for version in s3._object_versions.get((bucket, key)) or []:
            if version["version_id"] == record.get("version_id"):
                version["data"] = None

    s3._persist_object = persist_and_let_go
