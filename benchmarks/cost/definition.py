"""What the definition of CREATE says of its states, those within Parallel and Map states too."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from local.config import REPOSITORY

FILE = REPOSITORY / "statemachines" / "create.asl.json"
_WORD_BEGINS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def types_of_states() -> dict[str, str]:
    """The types of the states by name."""
    return {name: state["Type"] for name, state in _states(_definition())}


def functions_of_states() -> dict[str, str]:
    """The folder of the handler that a state invokes, by the state's name, for those that invoke one."""
    found = {}
    for name, state in _states(_definition()):
        function = state.get("Parameters", {}).get("FunctionName")
        if function is not None:
            logical_id = function.removeprefix("${").removesuffix("Function}")
            found[name] = _WORD_BEGINS.sub("_", logical_id).lower()
    return found


def _definition() -> Mapping[str, Any]:
    definition: dict[str, Any] = json.loads(FILE.read_text())
    return definition


def _states(definition: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, state in definition["States"].items():
        yield name, state
        for inner in _inner(state):
            yield from _states(inner)


def _inner(state: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*state.get("Branches", ()), *([state["ItemProcessor"]] if "ItemProcessor" in state else [])]
