"""A request's body: inflated within a bound, and read as strict JSON."""

import json
import re
import zlib
from typing import Any, NoReturn

GZIP_MAGIC = b"\x1f\x8b"
_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")


class MalformedBody(ValueError):
    """The body is no JSON object, or no whole gzip file."""


class BodyTooLarge(ValueError):
    """The body is larger than the limit, as sent or inflated."""


def parse(data: bytes, max_bytes: int) -> dict[str, Any]:
    """The JSON object in `data`, which may be gzip (told by its first bytes, as not every client says so).

    Raises `MalformedBody` and `BodyTooLarge`.
    """
    text = inflate(data, max_bytes)
    try:
        body = json.loads(text, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise MalformedBody(f"the body is not UTF-8: {error.reason} at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise MalformedBody(f"the body is not JSON: {error.msg} at line {error.lineno} column {error.colno}") from error
    except MalformedBody:
        raise
    except ValueError as error:
        raise MalformedBody("the body has an integer with more digits than anybody needs") from error
    except RecursionError as error:
        raise MalformedBody("the body is nested too deeply") from error
    if not isinstance(body, dict):
        raise MalformedBody("the body is not a JSON object")
    if _SURROGATE_ESCAPE.search(text):
        _refuse_lone_surrogates(body)
    return body


def inflate(data: bytes, max_bytes: int) -> bytes:
    """`data`, decompressed if it is gzip. Never holds more than `max_bytes`: a gzip bomb stops there.

    Raises `MalformedBody` and `BodyTooLarge`.
    """
    if not data.startswith(GZIP_MAGIC):
        if len(data) > max_bytes:
            raise BodyTooLarge(f"the body has {len(data)} bytes; {max_bytes} are the most")
        return data
    inflated = b""
    while data:  # a gzip file may have several members
        member = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        try:
            inflated += member.decompress(data, max_bytes + 1 - len(inflated))
        except zlib.error as error:
            raise MalformedBody(f"the body is not valid gzip: {error}") from error
        if len(inflated) > max_bytes:
            raise BodyTooLarge(f"the body inflates to more than {max_bytes} bytes, the most")
        if not member.eof:
            raise MalformedBody("the gzip body is cut off")
        data = member.unused_data
    return inflated


def _refuse_lone_surrogates(body: dict[str, Any]) -> None:
    # JSON can escape half a character, which no later step could store.
    try:
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise MalformedBody("the body has a lone surrogate, which is no character") from error


def _no_constant(name: str) -> NoReturn:
    raise MalformedBody(f"the body is not JSON: {name} is no JSON number")
