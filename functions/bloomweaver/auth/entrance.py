"""The way in to routes that take a token or a signature."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bloomweaver.auth.deliveries import Deliveries, begin
from bloomweaver.auth.headers import Headers, bearer_token
from bloomweaver.auth.roles import Permission
from bloomweaver.auth.signatures import SIGNATURE_HEADERS, verify
from bloomweaver.auth.tokens import TokenVerifier
from bloomweaver.errors import Unauthenticated


@dataclass(frozen=True)
class Admitted:
    """A request that may be done. `key` is that of a signed request, by which its success is noted."""

    caller: str
    """Of the token, or the signed request's id: for the log."""
    key: str | None = None
    answer: str | None = None
    """To be repeated, as the request was done before."""


class Entrance:
    """Lets requests in. `secrets` returns those that senders may sign with; `clock` is in seconds since the epoch."""

    def __init__(
        self,
        tokens: TokenVerifier,
        secrets: Callable[[], Sequence[bytes]],
        deliveries: Deliveries,
        clock: Callable[[], float],
    ) -> None:
        self._tokens = tokens
        self._secrets = secrets
        self._deliveries = deliveries
        self._clock = clock

    def admit(self, route: str, permission: Permission, headers: Headers, body: bytes) -> Admitted:
        """Let a request in that has a token whose role has `permission`, or a signature of its body.

        Raises `Unauthenticated`, `Forbidden`, `Replayed`, `SigningKeysUnavailable` and `StorageUnavailable`.
        """
        token = bearer_token(headers)
        signed = any(name in headers for name in SIGNATURE_HEADERS)
        if token is not None and signed:
            raise Unauthenticated("there is a token and a signature: one of them has to go")
        if token is not None:
            principal = self._tokens.verify(token)
            principal.require(permission)
            return Admitted(principal.subject)
        if not signed:
            raise Unauthenticated("there is neither a token nor a signature")
        now = self._clock()
        delivery = verify(headers, body, self._secrets(), now)
        # A signature does not say which route it is for: an id that was used on one is free on the other.
        key = f"{route} {delivery.id}"
        return Admitted(f"webhook {delivery.id}", key, begin(self._deliveries, key, delivery, now))

    def succeeded(self, admitted: Admitted, answer: str) -> None:
        """Note the answer of a request that was done with success. Raises `StorageUnavailable`."""
        if admitted.key is not None:
            self._deliveries.complete(admitted.key, answer)
