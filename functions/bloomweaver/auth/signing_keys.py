"""The issuer's public keys: fetched when they are needed, kept, and not fetched more often than is good for anybody."""

import json
from collections.abc import Callable
from typing import Any

from jwt import PyJWK
from jwt.exceptions import PyJWTError

from bloomweaver.errors import SigningKeysUnavailable

ALGORITHM = "RS256"
FRESH_SECONDS = 3600.0
"""So long after a fetch, keys are used without asking again."""
PAUSE_SECONDS = 30.0
"""Between two fetches, whatever tokens come: a token costs its sender nothing, and a fetch costs the issuer."""
FAILURE_PAUSE_SECONDS = 5.0
"""The same after a fetch that failed: until the next one a process that has no keys yet can let nobody in."""
KEY_MIN_BITS = 2048


class SigningKeys:
    """The keys of a JSON Web Key Set (RFC 7517) by their id.

    `fetch` returns the set as it is served, or raises `SigningKeysUnavailable`. Then the keys that are known go on
    working, `report` gets the error, and of others nobody can say whose they are. `clock` is in seconds.
    """

    def __init__(
        self,
        fetch: Callable[[], bytes],
        clock: Callable[[], float],
        report: Callable[[SigningKeysUnavailable], None],
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._report = report
        self._keys: dict[str, PyJWK] = {}
        self._fresh_until = float("-inf")
        self._next_fetch = float("-inf")
        self._failure: str | None = None
        """Why the latest fetch failed."""

    def find(self, key_id: str) -> PyJWK | None:
        """The key with this id. Asks the issuer once if it is unknown, or if what is known has become old.

        Raises `SigningKeysUnavailable` for a key that is unknown while the issuer does not answer: a good token is not
        to be called a bad one then.
        """
        now = self._clock()
        if (key_id not in self._keys or now >= self._fresh_until) and now >= self._next_fetch:
            try:
                self._keys = parse_keys(self._fetch())
            except SigningKeysUnavailable as error:
                self._failure = str(error)
                self._next_fetch = now + FAILURE_PAUSE_SECONDS
                self._report(error)
            else:
                self._failure = None
                self._next_fetch = now + PAUSE_SECONDS
                self._fresh_until = now + FRESH_SECONDS
        if key_id not in self._keys and self._failure is not None:
            raise SigningKeysUnavailable(self._failure)
        return self._keys.get(key_id)


def parse_keys(data: bytes) -> dict[str, PyJWK]:
    """The keys of a key set that can have signed a token: RSA, of 2,048 bits at least, for signatures, with an id.

    Raises `SigningKeysUnavailable` if there are none.
    """
    try:
        served: Any = json.loads(data)
        entries = served["keys"]
        usable = {entry["kid"]: PyJWK(entry, ALGORITHM) for entry in entries if _is_usable(entry)}
    except (ValueError, KeyError, TypeError, RecursionError, PyJWTError) as error:
        raise SigningKeysUnavailable(f"what the issuer serves is no key set: {type(error).__name__}") from error
    strong = {key_id: key for key_id, key in usable.items() if key.key.key_size >= KEY_MIN_BITS}
    if not strong:
        raise SigningKeysUnavailable(f"the issuer's key set has no {ALGORITHM} key of {KEY_MIN_BITS} bits or more")
    return strong


def _is_usable(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and entry.get("kty") == "RSA"
        and entry.get("use", "sig") == "sig"
        and entry.get("alg", ALGORITHM) == ALGORITHM
        and isinstance(entry.get("kid"), str)
        # A private key among public ones is a mistake that must not work.
        and "d" not in entry
    )
