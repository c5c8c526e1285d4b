"""Tokens: the attack table. Each bad one is refused, and with nothing but `Unauthenticated`."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from bloomweaver.auth.roles import Role
from bloomweaver.auth.signing_keys import SigningKeys
from bloomweaver.auth.tokens import TOKEN_MAX_CHARACTERS, TokenRules, TokenVerifier
from bloomweaver.errors import SigningKeysUnavailable, Unauthenticated
from tests.auth.issuer import AUDIENCE, ISSUER, KEY_ID, PARTY, claims, key_set, private_key, public_jwk, token

LEEWAY = 10.0


def verifier(fetch: Callable[[], bytes] = key_set, **changes: Any) -> TokenVerifier:
    rules: dict[str, Any] = {
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "authorized_parties": frozenset({PARTY}),
        "role_claim": "role",
        "leeway_seconds": LEEWAY,
    }
    return TokenVerifier(TokenRules(**(rules | changes)), SigningKeys(fetch, time.monotonic, lambda _: None))


def encoded(value: Any) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unsigned(alg: str) -> str:
    return f"{encoded({'alg': alg, 'typ': 'JWT', 'kid': KEY_ID})}.{encoded(claims())}."


def signed_with_the_public_key() -> str:
    """What a verifier would take that lets the token choose HS256, with the public key as its secret."""
    pem = (
        private_key()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    signed = f"{encoded({'alg': 'HS256', 'typ': 'JWT', 'kid': KEY_ID})}.{encoded(claims())}"
    return f"{signed}.{encoded(hmac.digest(pem, signed.encode(), hashlib.sha256))}"


def with_other_claims() -> str:
    """A good token whose claims were replaced."""
    header, _, signature = token().split(".")
    return f"{header}.{encoded(claims(role='admin'))}.{signature}"


def with_header(header: Any) -> str:
    _, payload, signature = token().split(".")
    return f"{encoded(header)}.{payload}.{signature}"


def with_claims(payload: bytes) -> str:
    """Signed with the issuer's key, whatever it is."""
    return jwt.api_jws.encode(payload, private_key(), "RS256", headers={"kid": KEY_ID})


def in_seconds(seconds: float) -> int:
    return int(time.time() + seconds)


ATTACKS: dict[str, Callable[[], str]] = {
    "nothing": lambda: "",
    "no token at all": lambda: "swordfish",
    "alg none": lambda: unsigned("none") + "x",
    "alg none and no signature": lambda: unsigned("none"),
    "alg None": lambda: unsigned("None") + "x",
    "an empty signature": lambda: token().rpartition(".")[0] + ".",
    "half a signature": lambda: token()[:-40],
    "another token's signature": lambda: token().rpartition(".")[0] + "." + token(sub="user-2").rpartition(".")[2],
    "HS256 with the public key as secret": signed_with_the_public_key,
    "HS256 with some secret": lambda: jwt.encode(claims(), "x" * 32, "HS256", headers={"kid": KEY_ID}),
    "RS512 with the right key": lambda: jwt.encode(claims(), private_key(), "RS512", headers={"kid": KEY_ID}),
    "other claims": with_other_claims,
    "signed by somebody else under our key's id": lambda: token("stranger", {"kid": KEY_ID}),
    "an unknown key": lambda: token("stranger"),
    "its own key in the header": lambda: token("stranger", {"jwk": public_jwk("stranger"), "kid": "stranger"}),
    "its own key set in the header": lambda: token("stranger", {"jku": "https://evil.example/jwks.json"}),
    "no key id": lambda: jwt.encode(claims(), private_key(), "RS256"),
    "a key id that is no text": lambda: with_header({"alg": "RS256", "kid": 1}),
    "a key id that is a path": lambda: token("stranger", {"kid": "../../../../dev/null"}),
    "an extension that must be understood": lambda: token(header={"crit": ["exp"], "exp": 1}),
    "a detached payload": lambda: token(header={"b64": False, "crit": ["b64"]}),
    "another issuer": lambda: token(iss="https://evil.example"),
    "an issuer that begins as ours": lambda: token(iss=f"{ISSUER}.evil.example"),
    "no issuer": lambda: token(iss=None),
    "a list of issuers": lambda: with_claims(json.dumps(claims(iss=[ISSUER])).encode()),
    "another audience": lambda: token(aud="another-app"),
    "no audience": lambda: token(aud=None),
    "another party": lambda: token(azp="https://evil.example"),
    "no party": lambda: token(azp=None),
    "a list of parties": lambda: token(azp=[PARTY]),
    "expired": lambda: token(exp=in_seconds(-LEEWAY - 5)),
    "never expires": lambda: token(exp=None),
    "an end that is no time": lambda: token(exp="tomorrow"),
    "not yet valid": lambda: token(nbf=in_seconds(LEEWAY + 30)),
    "issued in the future": lambda: token(iat=in_seconds(LEEWAY + 30)),
    "nobody": lambda: token(sub=None),
    "a session that is still pending": lambda: token(sts="pending"),
    "huge": lambda: token(note="x" * TOKEN_MAX_CHARACTERS),
    "a huge header": lambda: with_header({"alg": "RS256", "kid": "x" * TOKEN_MAX_CHARACTERS}),
    "a header nested deeply": lambda: with_header(b"[" * 5000),
    "a header with a number without end": lambda: with_header(b'{"alg":"RS256","kid":' + b"9" * 5000 + b"}"),
    "a header that is a list": lambda: with_header([]),
    "a header that is no UTF-8": lambda: with_header(b'{"alg":"RS256","kid":"\xff"}'),
    "claims that are a list": lambda: with_claims(b"[]"),
    "claims nested deeply": lambda: with_claims(b'{"a":' + b"[" * 5000),
    "five parts": lambda: f"{token()}.e30.e30",
    "a line break": lambda: f"{token()}\n",
    "a padded part": lambda: f"{token()}=",
    "letters that are none of ours": lambda: token().replace("e", "\u0435", 1),
    "half a character": lambda: "\ud800.\ud800.\ud800",
}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_bad_token_is_refused(name: str) -> None:
    bad = ATTACKS[name]()
    with pytest.raises(Unauthenticated):
        verifier().verify(bad)


@given(st.one_of(st.text(), st.from_regex(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", fullmatch=True)))
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(Unauthenticated):
        verifier().verify(text)


def test_a_good_token_names_its_bearer_and_role() -> None:
    ends = in_seconds(60)
    principal = verifier().verify(token(exp=ends))
    assert (principal.subject, principal.role, principal.expires_at) == ("user-1", Role.EDITOR, ends)


@pytest.mark.parametrize("change", [{"exp": -LEEWAY + 5}, {"nbf": LEEWAY - 5}, {"iat": LEEWAY - 5}])
def test_clocks_may_be_apart_by_the_leeway(change: dict[str, float]) -> None:
    assert verifier().verify(token(**{name: in_seconds(seconds) for name, seconds in change.items()}))


def test_nbf_and_iat_may_be_missing() -> None:
    assert verifier().verify(token(nbf=None, iat=None))


def test_clerks_session_token_has_a_party_and_no_audience() -> None:
    assert verifier(audience="").verify(token(aud=None))
    with pytest.raises(Unauthenticated):
        verifier(audience="").verify(token(aud=None, azp="https://evil.example"))


def test_an_issuer_without_parties_has_an_audience() -> None:
    rules = {"authorized_parties": frozenset()}
    assert verifier(**rules).verify(token(azp=None, aud=["another-app", AUDIENCE]))
    with pytest.raises(Unauthenticated):
        verifier(**rules).verify(token(azp=None, aud=["another-app"]))


@pytest.mark.parametrize("bad", ["alg none", "HS256 with the public key as secret", "huge", "no key id", "five parts"])
def test_what_no_key_could_make_good_asks_the_issuer_nothing(bad: str) -> None:
    asked = []

    def fetch() -> bytes:
        asked.append(1)
        return key_set()

    with pytest.raises(Unauthenticated):
        verifier(fetch).verify(ATTACKS[bad]())
    assert asked == []


def test_without_the_issuers_keys_no_token_is_good_nor_called_bad() -> None:
    def fetch() -> bytes:
        raise SigningKeysUnavailable("the issuer is down")

    with pytest.raises(SigningKeysUnavailable):
        verifier(fetch).verify(token())
