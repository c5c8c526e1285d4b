"""An issuer for tests: makes tokens, good ones and bad ones, and serves its keys."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from local.issuer import AUDIENCE, ISSUER, KEY_ID, PARTY

KEYS: dict[str, rsa.RSAPrivateKey] = {}
"""By their id, as far as they were made."""


def private_key(name: str = KEY_ID) -> rsa.RSAPrivateKey:
    """A key of this name, the same whenever it is asked for."""
    if name not in KEYS:
        KEYS[name] = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return KEYS[name]


def public_jwk(name: str = KEY_ID, **changes: Any) -> dict[str, Any]:
    """The public part of a key, as key sets hold it."""
    return {
        **RSAAlgorithm.to_jwk(private_key(name).public_key(), as_dict=True),
        "kid": name,
        "alg": "RS256",
        "use": "sig",
    } | changes


def key_set(*names: str) -> bytes:
    """A key set as it is served."""
    return json.dumps({"keys": [public_jwk(name) for name in names or (KEY_ID,)]}).encode()


def claims(**changes: Any) -> dict[str, Any]:
    """What a good token says; a change to none leaves a claim out."""
    now = int(time.time())
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "azp": PARTY,
        "sub": "user-1",
        "role": "editor",
        "iat": now,
        "nbf": now,
        "exp": now + 60,
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def token(key: str = KEY_ID, header: dict[str, Any] | None = None, **changes: Any) -> str:
    """A token that is good but for the changes."""
    return jwt.encode(claims(**changes), private_key(key), "RS256", headers={"kid": key} | (header or {}))


class ServedKeys:
    """A key set on a port of the loopback. `answer` is what it says, by status and body."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/jwks.json"
        self.answer: tuple[int, bytes] = (200, key_set())
        self.headers: dict[str, str] = {}
        self.asked = 0


@contextmanager
def serve_keys() -> Iterator[ServedKeys]:
    """Serve a key set while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked += 1
            status, body = served.answer
            self.send_response(status)
            for name, value in served.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    served = ServedKeys(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
