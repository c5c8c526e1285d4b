"""Tokens of people: JSON Web Tokens of an OpenID Connect issuer, such as Clerk's session tokens.

Signed with RS256 and nothing else, whatever a token says of itself (RFC 8725, 3.1): the key that a signature is checked
with, the algorithm and the issuer all come from the configuration.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from jwt.exceptions import PyJWTError

from bloomweaver.auth.roles import PERMISSIONS, Permission, Role, role_of
from bloomweaver.auth.signing_keys import ALGORITHM, SigningKeys
from bloomweaver.errors import Forbidden, Unauthenticated

TOKEN_MAX_CHARACTERS = 8192
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_REQUIRED = ["exp", "iss", "sub"]


@dataclass(frozen=True)
class TokenRules:
    """What a token must say to be taken."""

    issuer: str
    """Its `iss`."""
    audience: str
    """Among its `aud`. Empty: not asked for."""
    authorized_parties: frozenset[str]
    """One of them is its `azp`, whom the token was given to. Empty: not asked for."""
    role_claim: str
    """Where it names the role, see `role_of`."""
    leeway_seconds: float
    """How far the issuer's clock and ours may be apart."""


@dataclass(frozen=True)
class Principal:
    """Who sent a request, by a token that was checked."""

    subject: str
    role: Role | None
    expires_at: int
    """Seconds since the epoch."""

    def may(self, permission: Permission) -> bool:
        """Whether the role has this permission."""
        return self.role is not None and permission in PERMISSIONS[self.role]

    def require(self, permission: Permission) -> None:
        """Raises `Forbidden` if the role does not have this permission."""
        if not self.may(permission):
            raise Forbidden(f"the role '{self.role or 'none'}' may not {permission}")


class TokenVerifier:
    """Checks tokens by `rules` with the issuer's keys."""

    def __init__(self, rules: TokenRules, keys: SigningKeys) -> None:
        self._rules = rules
        self._keys = keys

    def verify(self, token: str) -> Principal:
        """Who the token was given to.

        Raises `Unauthenticated`, with a reason for the log and for nobody else, and `SigningKeysUnavailable`.
        """
        key_id = _key_id(token)
        key = self._keys.find(key_id)
        if key is None:
            raise Unauthenticated("the issuer is not known to have the token's key")
        rules = self._rules
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                issuer=rules.issuer,
                audience=rules.audience or None,
                leeway=rules.leeway_seconds,
                options={"require": _REQUIRED, "verify_aud": bool(rules.audience)},
            )
        except (PyJWTError, RecursionError) as error:
            raise Unauthenticated(f"{type(error).__name__}: {error}") from error
        party = claims.get("azp")
        if rules.authorized_parties and not (isinstance(party, str) and party in rules.authorized_parties):
            raise Unauthenticated("the token was given to another party")
        # Clerk's: somebody has signed in, and has not done yet what they were asked to after it.
        if claims.get("sts") == "pending":
            raise Unauthenticated("the session is still pending")
        return Principal(claims["sub"], role_of(claims, rules.role_claim), int(claims["exp"]))


def _key_id(token: str) -> str:
    # A token is looked at as text first: whatever else it is, the parser never sees it.
    if len(token) > TOKEN_MAX_CHARACTERS or not _COMPACT.fullmatch(token):
        raise Unauthenticated("the token is no signed JWT")
    try:
        header: Mapping[str, Any] = jwt.get_unverified_header(token)
    except (PyJWTError, RecursionError) as error:
        raise Unauthenticated(f"{type(error).__name__}: {error}") from error
    # Before the key is looked for: an algorithm that is never taken must not cause a fetch.
    if header.get("alg") != ALGORITHM:
        raise Unauthenticated(f"the token is not signed with {ALGORITHM}")
    key_id = header.get("kid")
    if not isinstance(key_id, str) or not key_id:
        raise Unauthenticated("the token names no key")
    return key_id
