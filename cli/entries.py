"""Metadata in arguments: KEY=VALUE, in which a VALUE that is JSON is what it says."""

import json
from typing import Any, NoReturn


def split_entry(text: str) -> tuple[str, str]:
    """KEY and VALUE. Raises `ValueError` where it is none."""
    key, separator, value = text.partition("=")
    if not separator or not key:
        raise ValueError(f"{text!r} is not KEY=VALUE")
    return key, value


def one_value(text: str) -> str | bool | int | float:
    """What a VALUE is: a number or a boolean, or else a text."""
    value = _json(text)
    return value if isinstance(value, str | bool | int | float) else text


def value_of_entry(text: str) -> str | bool | int | float | list[str]:
    """What a VALUE is where an entry may have several: a list of texts, too."""
    value = _json(text)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return value
    return one_value(text)


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=no_constant)
    except ValueError:
        return None


def no_constant(name: str) -> NoReturn:
    """What `json` is to do with NaN and infinities, which are no JSON. Raises `ValueError`."""
    raise ValueError(f"{name} is no JSON number")
