"""Secrets in AWS Secrets Manager, kept for a minute: a rotation is seen soon, and most requests ask for nothing."""

import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from bloomweaver.adapters.aws_errors import error_code, transient_as
from bloomweaver.errors import ConfigurationError, StorageUnavailable

KEPT_SECONDS = 60.0
_NOT_THERE = {"ResourceNotFoundException", "InvalidRequestException", "AccessDeniedException"}


class SecretsManager:
    """Reads secrets by their ARN or name with a Secrets Manager client."""

    def __init__(self, client: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._kept: dict[str, tuple[float, str]] = {}

    def text(self, secret: str) -> str:
        """The secret's current value. Raises `ConfigurationError` if there is none, and `StorageUnavailable`."""
        now = self._clock()
        until, value = self._kept.get(secret, (now, ""))
        if now < until:
            return value
        try:
            with transient_as(StorageUnavailable, "reading a secret"):
                answer = self._client.get_secret_value(SecretId=secret)
        except ClientError as error:
            if error_code(error) in _NOT_THERE:
                raise ConfigurationError(f"the secret {secret} cannot be read: {error_code(error)}") from error
            raise
        value = answer.get("SecretString")
        if not value:
            raise ConfigurationError(f"the secret {secret} has no text")
        self._kept[secret] = (now + KEPT_SECONDS, value)
        return str(value)
