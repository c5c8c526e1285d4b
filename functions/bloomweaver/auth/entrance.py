"""The way in to routes that take a token or a signature."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bloomweaver.auth.deliveries import Deliveries, begin
from bloomweaver.auth.headers import Headers, bearer_token
from bloomweaver.auth.roles import Permission
from bloomweaver.auth.signatures import SIGNATURE_HEADERS, Delivery, verify
from bloomweaver.auth.tokens import Principal, TokenVerifier
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

    def identify(self, headers: Headers, body: bytes) -> Principal | Delivery:
        """Who sent a request: whom its token was given to, or what the signature of its body is of.

        Raises `Unauthenticated` and `SigningKeysUnavailable`.
        """
        token = bearer_token(headers)
        signed = any(name in headers for name in SIGNATURE_HEADERS)
        if token is not None and signed:
            raise Unauthenticated("there is a token and a signature: one of them has to go")
        if token is not None:
            return self._tokens.verify(token)
        if not signed:
            raise Unauthenticated("there is neither a token nor a signature")
        return verify(headers, body, self._secrets(), self._clock())

    def admit(self, route: str, permission: Permission, sender: Principal | Delivery) -> Admitted:
        """Let a request in whose sender's role has `permission`, or that is signed and no replay.

        Raises `Forbidden`, `Replayed` and `StorageUnavailable`.
        """
        if isinstance(sender, Principal):
            sender.require(permission)
            return Admitted(sender.subject)
        # A signature does not say which route it is for: an id that was used on one is free on the other.
        key = f"{route} {sender.id}"
        return Admitted(f"webhook {sender.id}", key, begin(self._deliveries, key, sender, self._clock()))

    def succeeded(self, admitted: Admitted, answer: str) -> None:
        """Note the answer of a request that was done with success. Raises `StorageUnavailable`."""
        if admitted.key is not None:
            self._deliveries.complete(admitted.key, answer)
