"""Roles, what each may do, and how a token's claims name one."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Permission(StrEnum):
    """What a route asks of its caller."""

    READ = "read"
    """Search, and look at documents, dead letters and reports."""
    WRITE = "write"
    """Send operations on documents."""
    OPERATE = "operate"
    """Redrive, sweep, and what else works on many documents at once; and read the audit log."""


class Role(StrEnum):
    """A caller's role, the most powerful one first."""

    ADMIN = "admin"
    EDITOR = "editor"
    VIEWER = "viewer"


PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission),
    Role.EDITOR: frozenset({Permission.READ, Permission.WRITE}),
    Role.VIEWER: frozenset({Permission.READ}),
}


def role_of(claims: Mapping[str, Any], claim: str) -> Role | None:
    """The role that `claim` names, the most powerful one if it names several, none if it names no role of ours.

    `claim` is a claim's name, or a path with dots to a field in it, such as `public_metadata.role`. Its value is a text
    or a list of texts.
    """
    value = claims.get(claim, _at(claims, claim.split(".")))
    named = value if isinstance(value, list) else [value]
    return next((role for role in Role if role.value in named), None)


def _at(value: Any, path: list[str]) -> Any:
    for step in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value
