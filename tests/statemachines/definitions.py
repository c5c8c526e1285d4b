"""The definitions in `statemachines/`, read, and walked through with all the states inside their states."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "statemachines"
NAMES = ("create", "update", "delete", "redrive", "reconcile", "rebuild", "reindex", "folder_change", "answer")

State = dict[str, Any]
Definition = dict[str, Any]


def text(name: str) -> str:
    """The definition's file as it is, substitutions open."""
    return (FOLDER / f"{name}.asl.json").read_text()


def load(name: str) -> Definition:
    """The definition, substitutions open."""
    definition: Definition = json.loads(text(name))
    return definition


def states(definition: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, State]]:
    """Every state with the names that lead to it, such as `Write/WritePinecone`; outer ones first."""
    for name, state in definition["States"].items():
        here = (*path, name)
        yield "/".join(here), state
        for inner in (*state.get("Branches", ()), *filter(None, (state.get("ItemProcessor"),))):
            yield from states(inner, here)


def state(definition: Mapping[str, Any], path: str) -> State:
    """The state at `path`."""
    return next(found for where, found in states(definition) if where == path)


def function_of(state: Mapping[str, Any]) -> str:
    """Which function a Task invokes, such as `Claim`; empty for every other state."""
    reference: str = state.get("Parameters", {}).get("FunctionName", "")
    return reference.removeprefix("${").removesuffix("Function}")


def task_of(state: Mapping[str, Any]) -> str:
    """What a branch's function is asked to do: `write` or `remove`; empty for every other state."""
    payload = state.get("Parameters", {}).get("Payload", {})
    return str(payload.get("task", ""))
