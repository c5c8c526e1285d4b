"""Which of the AWS SDK's errors may pass by themselves; those become the pipeline's own transient errors."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from bloomweaver.errors import TransientError

THROTTLED = frozenset(
    {
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ScalingActivityInProgress",
        "SlowDown",
        "Throttling",
        "ThrottlingError",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
"""Errors of requests, and reasons for which DynamoDB cancels a transaction."""

CLIENT_CONFIG = Config(
    # The SDK puts its own together anew for each request, of a dozen parts.
    user_agent="bloomweaver",
    connect_timeout=2,
    read_timeout=10,
    # One quick second try, for a connection that was closed while idle. The workflow does the retries that matter.
    retries={"mode": "standard", "total_max_attempts": 2},
    max_pool_connections=32,
    # TCP and TLS have their own; each of ours costs a pass over the data.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


@contextmanager
def transient_as(error_class: type[TransientError], what: str) -> Iterator[None]:
    """Raise `error_class` for connection failures, throttling and 5xx; any other error stays what it is."""
    try:
        yield
    except (ConnectionError, HTTPClientError) as error:
        raise error_class(f"{what}: {error}") from error
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if status >= 500 or THROTTLED & {error_code(error), *cancellation_reasons(error)}:
            raise error_class(f"{what}: {error}") from error
        raise


def error_code(error: ClientError) -> str:
    """The AWS error code, such as `ConditionalCheckFailedException`."""
    return str(error.response.get("Error", {}).get("Code", ""))


def cancellation_reasons(error: ClientError) -> list[str]:
    """Why DynamoDB cancelled a transaction, item by item, such as `ConditionalCheckFailed`; `None` for those that were
    not at fault. Empty for any other error."""
    reasons: list[dict[str, str]] = error.response.get("CancellationReasons") or []  # type: ignore[assignment]
    return [reason.get("Code") or "None" for reason in reasons]
