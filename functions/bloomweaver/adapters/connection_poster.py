"""Posting to connections through API Gateway's management API."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from bloomweaver.adapters.aws_errors import error_code
from bloomweaver.live.ports import Delivery

AT_A_TIME = 16
_GONE = "GoneException"
_OF_THE_CONNECTION = {_GONE, "LimitExceededException", "PayloadTooLargeException"}
"""The second is also what a client gets that does not read what it is sent."""


class ConnectionPoster:
    """Implements `Poster` with a client of the management API. Safe to use again after a failure."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def post(self, frames: Mapping[str, Sequence[str]]) -> dict[str, Delivery]:
        """See `Poster`."""
        if len(frames) == 1:
            [(id, texts)] = frames.items()
            return {id: self._post(id, texts)}
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            return dict(zip(frames, pool.map(self._post, frames.keys(), frames.values()), strict=True))

    def end(self, id: str) -> None:
        """See `Poster`. One that cannot be ended is ended by API Gateway, since nothing is posted there any more."""
        try:
            self._client.delete_connection(ConnectionId=id)
        except (ConnectionError, HTTPClientError):
            return
        except ClientError as error:
            _check(error)

    def _post(self, id: str, texts: Sequence[str]) -> Delivery:
        for text in texts:
            try:
                self._client.post_to_connection(ConnectionId=id, Data=text.encode())
            except (ConnectionError, HTTPClientError):
                return Delivery.MISSED
            except ClientError as error:
                _check(error)
                return Delivery.GONE if error_code(error) == _GONE else Delivery.MISSED
        return Delivery.DELIVERED


def _check(error: ClientError) -> None:
    """Raise what is neither about the connection nor about the moment: a role or an address that is wrong."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if error_code(error) not in _OF_THE_CONNECTION and status < HTTPStatus.INTERNAL_SERVER_ERROR:
        raise error
