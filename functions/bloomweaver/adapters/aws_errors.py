"""Which of the AWS SDK's errors may pass by themselves; those become the pipeline's own transient errors."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from bloomweaver.errors import TransientError

THROTTLED = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ScalingActivityInProgress",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)

CLIENT_CONFIG = Config(
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
        if status >= 500 or error_code(error) in THROTTLED:
            raise error_class(f"{what}: {error}") from error
        raise


def error_code(error: ClientError) -> str:
    """The AWS error code, such as `ConditionalCheckFailedException`."""
    return str(error.response.get("Error", {}).get("Code", ""))
