"""Reads files that have a JSON object a line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.errors import RunError


def objects(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each line's object, with the file and line that it is from; empty lines are left out. Raises `RunError`."""
    if not path.is_file():
        raise RunError(f"{path.parent} has no {path.name}")
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            place = f"{path}, line {number}"
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except json.JSONDecodeError as error:
                raise RunError(f"{place}: it is no JSON: {error}") from error
            if not isinstance(value, dict):
                raise RunError(f"{place}: it is no JSON object")
            yield place, value
