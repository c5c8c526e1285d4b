"""The sources bucket in S3: objects with their types, and addresses that are good for a while."""

from botocore.exceptions import ClientError

from bloomweaver.adapters.aws_errors import error_code, transient_as
from bloomweaver.adapters.s3_objects import S3Objects
from bloomweaver.errors import ObjectMissing
from bloomweaver.ports import StoredContent

_TYPE_OF_ADDRESS = "application/octet-stream"
"""S3 sends no header that keeps a browser from guessing; it shows nothing of this type."""


class S3Sources(S3Objects):
    """Implements `Sources`."""

    def put_content(self, key: str, data: bytes, content_type: str) -> None:
        """See `Sources`."""
        with transient_as(self._unavailable, f"writing '{key}'"):
            self._client.put_object(Bucket=self._bucket, Key=key, Body=data, ContentType=content_type)

    def open(self, key: str, max_bytes: int) -> StoredContent:
        """See `Sources`."""
        try:
            with transient_as(self._unavailable, f"reading '{key}'"):
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
                size: int = answer["ContentLength"]
                data = answer["Body"].read() if size <= max_bytes else None
                answer["Body"].close()
        except ClientError as error:
            if error_code(error) in ("NoSuchKey", "404"):
                raise ObjectMissing(f"no object lies under '{key}'") from error
            raise
        return StoredContent(answer["ContentType"], size, data)

    def address(self, key: str, file_name: str, seconds: int) -> str:
        """See `Sources`. No call is made."""
        url: str = self._client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": key,
                "ResponseContentDisposition": f'attachment; filename="{file_name}"',
                "ResponseContentType": _TYPE_OF_ADDRESS,
                "ResponseCacheControl": "no-store",
            },
            ExpiresIn=seconds,
        )
        return url
