"""Signatures of machines, as Standard Webhooks has them: HMAC-SHA256 over id, time and the body as it was sent.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md. The package of that project
takes text alone, and a body may be gzip.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bloomweaver.auth.headers import Headers, single
from bloomweaver.errors import ConfigurationError, Unauthenticated

ID_HEADER = "webhook-id"
TIMESTAMP_HEADER = "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"
SIGNATURE_HEADERS = (ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER)
TOLERANCE_SECONDS = 300
"""How old, or how far ahead of our clock, a signature's time may be."""
SECRET_PREFIX = "whsec_"
SECRET_BYTES = range(24, 65)
SIGNATURES_MAX = 16
"""A sender signs with each of its secrets, so there may be some."""

# No dot: it is what separates id, time and body in what is signed.
_ID = re.compile(r"[A-Za-z0-9_:/=+@-]{1,256}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True)
class Delivery:
    """A signed request whose signature is right. The same `id` comes again with a later `timestamp` when its sender saw
    no success."""

    id: str
    timestamp: int
    """Of this attempt, seconds since the epoch."""
    body_sha256: str


def parse_secrets(text: str) -> list[bytes]:
    """The secrets in the JSON object `{"current": ..., "previous": ...}`, of which the second may be left out.

    Each is base64 of 24 to 64 bytes, with or without `whsec_` before it. Raises `ConfigurationError`, which shows
    nothing of them.
    """
    try:
        given: Any = json.loads(text)
    except ValueError:
        given = None
    if not isinstance(given, dict) or not given.get("current") or set(given) - {"current", "previous"}:
        raise ConfigurationError('the webhook secret is not a JSON object {"current": "whsec_...", "previous": "..."}')
    return [_secret(name, value) for name, value in given.items() if value]


def _secret(name: str, value: object) -> bytes:
    try:
        secret = base64.b64decode(str(value).removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        secret = b""
    if len(secret) not in SECRET_BYTES:
        raise ConfigurationError(
            f"'{name}' of the webhook secret is not base64 of {SECRET_BYTES.start} to {SECRET_BYTES.stop - 1} bytes"
        )
    return secret


def signature(secret: bytes, id_: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature` for a request with this id, time and body."""
    signed = f"{id_}.{timestamp}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()}"


def verify(headers: Headers, body: bytes, secrets: Sequence[bytes], now: float) -> Delivery:
    """The delivery that the headers describe, signed with one of the secrets. `now` is in seconds since the epoch.

    Raises `Unauthenticated`.
    """
    id_, timestamp, given = (single(headers, name) or "" for name in SIGNATURE_HEADERS)
    if not _ID.fullmatch(id_):
        raise Unauthenticated(f"{ID_HEADER} is missing or has another form")
    if not _TIMESTAMP.fullmatch(timestamp):
        raise Unauthenticated(f"{TIMESTAMP_HEADER} is missing or no whole number of seconds")
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        raise Unauthenticated(f"{TIMESTAMP_HEADER} is not within {TOLERANCE_SECONDS} seconds of the time here")
    signatures = given.split(" ")
    # One comma each. Where a header that is there twice arrives as one, there is another after the first.
    if len(signatures) > SIGNATURES_MAX or any(each.count(",") != 1 for each in signatures):
        raise Unauthenticated(f"{SIGNATURE_HEADER} is missing or has another form")
    candidates = [each.encode() for each in signatures if each.startswith("v1,")]
    # The time as it was sent: with leading zeros it is another text, and another signature.
    signed = f"{id_}.{timestamp}.".encode() + body
    expected = [b"v1," + base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)) for secret in secrets]
    # Each comparison takes the same time, however much of it is right.
    if not any(hmac.compare_digest(ours, theirs) for ours in expected for theirs in candidates):
        raise Unauthenticated(f"{SIGNATURE_HEADER} is not that of this request")
    return Delivery(id_, int(timestamp), hashlib.sha256(body).hexdigest())
