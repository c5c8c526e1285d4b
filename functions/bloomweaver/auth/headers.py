"""Reading what a request's headers say about its caller, where a header that is there twice says nothing."""

import re
from collections.abc import Mapping, Sequence

from bloomweaver.errors import Unauthenticated

Headers = Mapping[str, Sequence[str]]
"""Every value of every header, by its name in lower case."""

_BEARER = re.compile(r"bearer +([^\s,]+)", re.IGNORECASE)


def single(headers: Headers, name: str) -> str | None:
    """The header's value, none if it is not there. Raises `Unauthenticated` if it is there more than once."""
    values = headers.get(name, ())
    if len(values) > 1:
        raise Unauthenticated(f"the header {name} is there more than once")
    return values[0] if values else None


def bearer_token(headers: Headers) -> str | None:
    """The token of `Authorization: Bearer TOKEN`, none without that header.

    Raises `Unauthenticated` for another scheme, and for more than one token.
    """
    value = single(headers, "authorization")
    if value is None:
        return None
    found = _BEARER.fullmatch(value)
    if found is None:
        raise Unauthenticated("the header authorization is not 'Bearer' and one token")
    return found[1]
