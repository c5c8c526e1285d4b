"""application/json: a line `path: value` for every value, in the order of the document."""

import json
from collections.abc import Iterator
from typing import NamedTuple, NoReturn

from bloomweaver.content.decoding import decode
from bloomweaver.content.extracted import ExtractedText, TextBlock
from bloomweaver.content.limits import check_length
from bloomweaver.errors import ExtractionFailed

_AS_ONE = "send its values as one JSON array, or as documents of their own"


class _Object(NamedTuple):
    """A JSON object as its pairs and not as a dict, which would keep only the last of two equal keys."""

    pairs: list[tuple[str, "_Value"]]


_Value = str | bool | None | list["_Value"] | _Object


def extract(data: bytes) -> ExtractedText:
    """A line such as `authors[0].name: Ada` for every string, number and boolean; null and "" have no text.

    Raises `ExtractionFailed` if the document is not JSON (RFC 8259), or nested more deeply than the parser goes.
    """
    text = decode(data)
    try:
        # Numbers stay as they are written: reading and printing 1.10 or a long id would change it.
        value: _Value = json.loads(
            text, object_pairs_hook=_Object, parse_int=str, parse_float=str, parse_constant=_refuse_constant
        )
    except json.JSONDecodeError as error:
        raise ExtractionFailed(f"the document is not JSON: {_reason(text, error)}") from error
    except RecursionError as error:
        raise ExtractionFailed("the JSON document is nested too deeply") from error
    lines = []
    length = 0
    for path, scalar in _scalars(value):
        line = f"{path}: {scalar}" if path else scalar
        try:
            line.encode()
        except UnicodeEncodeError as error:
            raise ExtractionFailed(f"half of a surrogate pair at {path!a:.200}: this is no Unicode text") from error
        length += len(line) + 1
        check_length(length)  # Checked on the way: a long key above many values makes a text far larger than the data.
        lines.append(line)
    return ExtractedText((TextBlock("\n".join(lines)),))


def _reason(text: str, error: json.JSONDecodeError) -> str:
    """What is wrong, and what to do where the document is of a format that is often sent as JSON."""
    if text.startswith("\x1e"):
        return f"it is a JSON text sequence (RFC 7464); {_AS_ONE}"
    if error.msg != "Extra data":
        return str(error)
    before, after = text[: error.pos], text[error.pos :]
    if not _begins_with_value(after):
        return str(error)
    if "\n" in before[len(before.rstrip()) :]:
        return f"it is JSON lines, a value on each line; {_AS_ONE}"
    return f"it is several JSON values, one after the other; {_AS_ONE}"


def _begins_with_value(text: str) -> bool:
    """Whether another value comes, or the beginning of one that is cut off."""
    if text.startswith(("{", "[")):
        return True
    try:
        json.JSONDecoder().raw_decode(text)
    except json.JSONDecodeError:
        return False
    return True


def _scalars(value: _Value) -> Iterator[tuple[str, str]]:
    """The values that have text, each with its path.

    On a stack of its own, since a document may be nested deeply; and with no path made before it is needed, since those
    of all members together may be far larger than the document.
    """
    names: list[str] = []
    levels = [iter([("", value)])]
    while levels:
        name, member = next(levels[-1], (None, None))
        if name is None:
            levels.pop()
            del names[-1:]
        elif isinstance(member, _Object | list):
            names.append(name)
            levels.append(_members(member))
        elif isinstance(member, bool):
            yield _path(names, name), "true" if member else "false"
        elif member:
            yield _path(names, name), member


def _members(value: _Object | list[_Value]) -> Iterator[tuple[str, _Value]]:
    if isinstance(value, _Object):
        return ((f".{key}", member) for key, member in value.pairs)
    return ((f"[{index}]", member) for index, member in enumerate(value))


def _path(names: list[str], name: str) -> str:
    return "".join([*names, name]).removeprefix(".")


def _refuse_constant(name: str) -> NoReturn:
    """NaN and Infinity, which Python reads and JSON does not have."""
    raise ExtractionFailed(f"the document is not JSON: {name} is no JSON value")
