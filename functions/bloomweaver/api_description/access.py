"""Who may call a route, by the tables of roles and routes."""

from typing import Any

from bloomweaver.auth.roles import PERMISSIONS, Permission
from bloomweaver.auth.routes import OPEN, ROUTES, SIGNED, Route
from bloomweaver.auth.signatures import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, TOLERANCE_SECONDS

_TOKEN = "token"
_SIGNATURE = {
    "webhook_id": (
        ID_HEADER,
        "Names the request: 1 to 256 letters, digits and `_:/=+@-`. A repetition has the same.",
    ),
    "webhook_timestamp": (
        TIMESTAMP_HEADER,
        f"Seconds since 1970, within {TOLERANCE_SECONDS} seconds of the time here.",
    ),
    "webhook_signature": (
        SIGNATURE_HEADER,
        "`v1,` and the base64 of HMAC-SHA256 over `{id}.{timestamp}.{body as sent}`, as Standard Webhooks has it.",
    ),
}


def schemes() -> dict[str, Any]:
    """The ways to say who calls."""
    token = {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A token of the issuer that the deployment names. Its role decides what it may do.",
    }
    signature = {
        scheme: {"type": "apiKey", "in": "header", "name": header, "description": says}
        for scheme, (header, says) in _SIGNATURE.items()
    }
    return {_TOKEN: token, **signature}


def requirements(route: Route) -> list[dict[str, list[str]]]:
    """What a caller of the route has to bring: one of these. None for a route that is open."""
    if route in OPEN:
        return []
    # The least role: a list names what a caller has to have, and the other roles have all of its rights.
    ways = [{_TOKEN: [_roles(ROUTES[route])[-1]]}]
    if route in SIGNED:
        ways.append({scheme: [] for scheme in _SIGNATURE})
    return ways


def sentence(route: Route) -> str:
    """The same in words."""
    if route in OPEN:
        return "Open to all."
    roles = " or ".join(f"`{role}`" for role in reversed(_roles(ROUTES[route])))
    signed = " Or a signature, without a token." if route in SIGNED else ""
    return f"Needs a token with the role {roles}.{signed}"


def _roles(permission: Permission) -> list[str]:
    """The roles that have a permission, the most powerful one first."""
    return [role.value for role, permissions in PERMISSIONS.items() if permission in permissions]
