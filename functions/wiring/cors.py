"""Cross-origin resource sharing: which web pages may read the API's answers, as `ALLOWED_ORIGINS` says.

Nobody signs in by a cookie here: a page has to hold a token. So credentials are never allowed. An origin that is not
named is told nothing, as the standard has it (https://fetch.spec.whatwg.org/#http-cors-protocol).
"""

from collections.abc import Mapping, Sequence

ANY = "*"
PREFLIGHT_SECONDS = 7200
"""How long a browser keeps the answer; none keeps it for longer than two hours."""
METHODS = "GET, POST, DELETE, OPTIONS"
REQUEST_HEADERS = "Authorization, Content-Encoding, Content-Type, X-Correlation-Id"
"""What a page may send beside what every page may."""
ANSWER_HEADERS = "Retry-After, WWW-Authenticate, X-Correlation-Id"
"""What it may read beside what every page may."""


def parse(origins: str) -> frozenset[str]:
    """The origins of a list with commas."""
    return frozenset(origin.strip() for origin in origins.split(",") if origin.strip())


def answer_headers(allowed: frozenset[str], headers: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What an answer says to a browser; `headers` are the request's, by their names in lower case."""
    if not allowed:
        return {}
    # One answer is not another origin's, whoever keeps it.
    told = {"Vary": ["Origin"]}
    if origin := _allowed(allowed, headers):
        told |= {"Access-Control-Allow-Origin": [origin], "Access-Control-Expose-Headers": [ANSWER_HEADERS]}
    return told


def preflight_headers(allowed: frozenset[str], headers: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What the answer to a preflight says beside that; nothing to an origin that is not allowed."""
    if not _allowed(allowed, headers):
        return {}
    return {
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": REQUEST_HEADERS,
        "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
    }


def _allowed(allowed: frozenset[str], headers: Mapping[str, Sequence[str]]) -> str | None:
    origins = headers.get("origin", ())
    if len(origins) != 1:
        return None
    return origins[0] if allowed & {ANY, origins[0]} else None
