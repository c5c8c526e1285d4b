"""A bucket in S3, and the uploads that clients put there themselves."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError

from bloomweaver.adapters.aws_errors import error_code, transient_as
from bloomweaver.errors import BloomweaverError, ObjectMissing, StorageUnavailable, TransientError, UploadTooLarge
from bloomweaver.ports import KeyPage

DELETE_OBJECTS_LIMIT = 1000  # S3: keys in one DeleteObjects.


class DeleteIncomplete(BloomweaverError):
    """S3 answered a DeleteObjects with errors for some of the keys."""


class S3Objects:
    """Implements `Objects` for one bucket with an S3 client. `unavailable` names what its failures are called."""

    def __init__(self, client: Any, bucket: str, unavailable: type[TransientError], threads: int) -> None:
        self._client = client
        self._bucket = bucket
        self._unavailable = unavailable
        self._threads = threads

    def get(self, key: str) -> bytes:
        """See `Objects`."""
        try:
            with transient_as(self._unavailable, f"reading '{key}'"):
                body: bytes = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
                return body
        except ClientError as error:
            if error_code(error) in ("NoSuchKey", "404"):
                raise ObjectMissing(f"no object lies under '{key}'") from error
            raise

    def exists(self, key: str) -> bool:
        """See `Objects`."""
        try:
            with transient_as(self._unavailable, f"looking for '{key}'"):
                self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error_code(error) in ("NoSuchKey", "404"):
                return False
            raise
        return True

    def put(self, key: str, data: bytes) -> None:
        """See `Objects`."""
        with transient_as(self._unavailable, f"writing '{key}'"):
            self._client.put_object(Bucket=self._bucket, Key=key, Body=data)

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        """See `Objects`."""
        found: dict[str, bytes] = {}

        def fetch(key: str) -> None:
            try:
                found[key] = self.get(key)
            except ObjectMissing:
                return  # the caller asked for those that exist

        with ThreadPoolExecutor(self._threads) as pool:
            for _ in pool.map(fetch, keys):
                pass
        return found

    def put_many(self, objects: Iterable[tuple[str, bytes]]) -> None:
        """See `Objects`."""
        with ThreadPoolExecutor(self._threads) as pool:
            for _ in pool.map(lambda entry: self.put(*entry), objects):
                pass

    def delete_many(self, keys: Sequence[str]) -> None:
        """See `Objects`. Raises `DeleteIncomplete` where S3 refuses some of the keys for good."""
        for start in range(0, len(keys), DELETE_OBJECTS_LIMIT):
            batch = keys[start : start + DELETE_OBJECTS_LIMIT]
            request = {"Objects": [{"Key": key} for key in batch], "Quiet": True}
            with transient_as(self._unavailable, "deleting objects"):
                errors = self._client.delete_objects(Bucket=self._bucket, Delete=request).get("Errors", [])
            if errors:
                first = f"'{errors[0].get('Key')}': {errors[0].get('Code')} {errors[0].get('Message')}"
                if all(error.get("Code") in ("InternalError", "SlowDown") for error in errors):
                    raise self._unavailable(f"deleting objects: {len(errors)} of {len(batch)} failed, first {first}")
                raise DeleteIncomplete(f"{len(errors)} of {len(batch)} objects were not deleted, first {first}")

    def page_of_keys(self, limit: int, cursor: str | None, *, prefix: str = "") -> KeyPage:
        """See `Objects`. The cursor is the last key, which stays good however long the next call takes to come."""
        request: dict[str, Any] = {"Bucket": self._bucket, "MaxKeys": limit, "Prefix": prefix}
        if cursor is not None:
            request["StartAfter"] = cursor
        with transient_as(self._unavailable, "listing objects"):
            answer = self._client.list_objects_v2(**request)
        keys = [entry["Key"] for entry in answer.get("Contents", [])]
        return KeyPage(keys, keys[-1] if answer["IsTruncated"] else None)

    def existing(self, keys: Sequence[str]) -> set[str]:
        """See `Objects`."""
        with ThreadPoolExecutor(self._threads) as pool:
            return {key for key, there in zip(keys, pool.map(self.exists, keys), strict=True) if there}


class S3Uploads:
    """Implements `Uploads` under the artifacts bucket's prefix for uploads."""

    def __init__(self, client: Any, bucket: str, url_seconds: int) -> None:
        self._client = client
        self._bucket = bucket
        self._url_seconds = url_seconds

    def presign(self, key: str, size: int) -> str:
        """See `Uploads`. S3 checks the size, since it is signed."""
        url: str = self._client.generate_presigned_url(
            "put_object",
            Params={"Bucket": self._bucket, "Key": key, "ContentLength": size},
            ExpiresIn=self._url_seconds,
        )
        return url

    def get(self, key: str, max_bytes: int) -> bytes:
        """See `Uploads`."""
        try:
            with transient_as(StorageUnavailable, f"reading '{key}'"):
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
                if answer["ContentLength"] > max_bytes:
                    raise UploadTooLarge(f"'{key}' has {answer['ContentLength']} bytes; {max_bytes} are the most")
                body: bytes = answer["Body"].read()
                return body
        except ClientError as error:
            if error_code(error) in ("NoSuchKey", "404"):
                raise ObjectMissing(f"no object lies under '{key}'") from error
            raise
