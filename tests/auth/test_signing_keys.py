"""The issuer's keys: how often it is asked, what goes on when it does not answer, and which keys are taken."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from bloomweaver.adapters.key_set import KEY_SET_MAX_BYTES, KeySet
from bloomweaver.auth.signing_keys import FAILURE_PAUSE_SECONDS, FRESH_SECONDS, PAUSE_SECONDS, SigningKeys, parse_keys
from bloomweaver.errors import ConfigurationError, SigningKeysUnavailable
from tests.auth.issuer import KEY_ID, ServedKeys, key_set, public_jwk, serve_keys


@dataclass
class Issuer:
    """Serves these keys, or nothing."""

    names: tuple[str, ...] | None = (KEY_ID,)
    asked: int = 0
    now: float = 0.0
    reports: list[SigningKeysUnavailable] = field(default_factory=list)

    def fetch(self) -> bytes:
        self.asked += 1
        if self.names is None:
            raise SigningKeysUnavailable("the issuer is down")
        return key_set(*self.names)

    def keys(self) -> SigningKeys:
        return SigningKeys(self.fetch, lambda: self.now, self.reports.append)


def test_keys_are_fetched_once_and_kept() -> None:
    issuer = Issuer()
    keys = issuer.keys()
    assert issuer.asked == 0
    for _ in range(3):
        assert keys.find(KEY_ID) is not None
    assert issuer.asked == 1


def test_an_unknown_key_is_asked_for_once_and_not_more() -> None:
    issuer = Issuer()
    keys = issuer.keys()
    keys.find(KEY_ID)
    issuer.now += PAUSE_SECONDS
    for number in range(100):
        assert keys.find(f"unknown-{number}") is None
    assert issuer.asked == 2


def test_a_new_key_is_found_when_it_is_first_used() -> None:
    issuer = Issuer()
    keys = issuer.keys()
    keys.find(KEY_ID)
    issuer.names = (KEY_ID, "key-2")
    issuer.now += PAUSE_SECONDS
    assert keys.find("key-2") is not None
    assert issuer.asked == 2


def test_a_key_that_the_issuer_has_withdrawn_ends_with_the_next_fetch() -> None:
    issuer = Issuer()
    keys = issuer.keys()
    keys.find(KEY_ID)
    issuer.names = ("key-2",)
    issuer.now += FRESH_SECONDS
    assert keys.find(KEY_ID) is None


def test_known_keys_go_on_working_while_the_issuer_is_down() -> None:
    issuer = Issuer()
    keys = issuer.keys()
    keys.find(KEY_ID)
    issuer.names = None
    issuer.now += FRESH_SECONDS
    for _ in range(10):
        assert keys.find(KEY_ID) is not None
        with pytest.raises(SigningKeysUnavailable, match="the issuer is down"):
            keys.find("key-2")
    assert issuer.asked == 2
    assert len(issuer.reports) == 1
    issuer.names = (KEY_ID, "key-2")
    issuer.now += FAILURE_PAUSE_SECONDS
    assert keys.find("key-2") is not None
    assert keys.find("key-3") is None, "the issuer answered, and does not have it"


def _weak() -> dict[str, Any]:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()
    return {**RSAAlgorithm.to_jwk(weak, as_dict=True), "kid": "weak"}


def _elliptic() -> dict[str, Any]:
    return {**ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key(), as_dict=True), "kid": "ec"}


OTHER_KEYS: dict[str, Callable[[], dict[str, Any]]] = {
    "for encryption": lambda: public_jwk("k", use="enc"),
    "for another algorithm": lambda: public_jwk("k", alg="RS512"),
    "a shared secret": lambda: {"kty": "oct", "k": "c2VjcmV0", "kid": "k", "alg": "HS256"},
    "of an elliptic curve": _elliptic,
    "too short": _weak,
    "without an id": lambda: {name: value for name, value in public_jwk("k").items() if name != "kid"},
    "a private one": lambda: public_jwk("k", d="AQAB"),
}


@pytest.mark.parametrize("name", OTHER_KEYS)
def test_a_key_that_cannot_have_signed_a_token_is_left_out(name: str) -> None:
    served = json.dumps({"keys": [OTHER_KEYS[name](), public_jwk()]}).encode()
    assert set(parse_keys(served)) == {KEY_ID}


@pytest.mark.parametrize(
    "served",
    [b"", b"[]", b"{}", b"null", b'{"keys": null}', b'{"keys": [1]}', b'{"keys": []}', b"[" * 100_000, b"\xff",
     b'{"keys": [{"kty": "RSA", "kid": "k", "n": "!", "e": "AQAB"}]}'],
)  # fmt: skip
def test_what_is_no_key_set_is_told(served: bytes) -> None:
    with pytest.raises(SigningKeysUnavailable):
        parse_keys(served)


@pytest.fixture
def served() -> Iterator[ServedKeys]:
    with serve_keys() as running:
        yield running


def test_a_key_set_comes_over_http(served: ServedKeys) -> None:
    assert set(parse_keys(KeySet(served.url, 5).fetch())) == {KEY_ID}


@pytest.mark.parametrize("answer", [(500, b""), (404, key_set()), (200, b" " * (KEY_SET_MAX_BYTES + 1))])
def test_another_answer_is_no_key_set(served: ServedKeys, answer: tuple[int, bytes]) -> None:
    served.answer = answer
    with pytest.raises(SigningKeysUnavailable):
        KeySet(served.url, 5).fetch()


def test_a_redirect_is_not_followed(served: ServedKeys) -> None:
    with serve_keys() as elsewhere:
        served.answer = (302, b"")
        served.headers = {"Location": elsewhere.url}
        with pytest.raises(SigningKeysUnavailable):
            KeySet(served.url, 5).fetch()
        assert elsewhere.asked == 0


def test_an_issuer_that_is_not_there_is_told() -> None:
    with serve_keys() as gone:
        url = gone.url
    with pytest.raises(SigningKeysUnavailable):
        KeySet(url, 5).fetch()


@pytest.mark.parametrize(
    "url",
    [
        "http://issuer.example/jwks.json",
        "http://8.8.8.8/jwks.json",
        "http://localhost.evil.example/jwks.json",
        "file:///etc/passwd",
        "issuer.example",
        "",
    ],
)
def test_keys_come_over_https_alone(url: str) -> None:
    with pytest.raises(ConfigurationError, match="https"):
        KeySet(url, 5)
