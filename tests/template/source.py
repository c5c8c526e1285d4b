"""What the handlers' source says, without importing it: which ports a function uses, and which settings those read."""

import ast
from collections.abc import Iterator
from functools import cache

from tests.template.template import REPOSITORY

FUNCTIONS = REPOSITORY / "functions"


@cache
def module(path: str) -> ast.Module:
    """A module under `functions/`, such as `claim/handler.py`."""
    return ast.parse((FUNCTIONS / path).read_text())


def handler_path(handler: str) -> tuple[str, str]:
    """The file and the name in it that a `Handler` property means."""
    path, _, name = handler.rpartition(".")
    return f"{path.replace('.', '/')}.py", name


def functions_of(path: str) -> dict[str, ast.FunctionDef]:
    """The functions at the top of a module, by name."""
    return {node.name: node for node in module(path).body if isinstance(node, ast.FunctionDef)}


def ports_of(handler: str) -> set[str]:
    """The names of `wiring.dependencies` that a handler takes its adapters from, such as `records`."""
    path, _ = handler_path(handler)
    return set(_attributes_of("dependencies", module(path)))


def aws_services() -> set[str]:
    """The services of AWS that some function makes a client of."""
    calls = [node for path in FUNCTIONS.rglob("*.py") for node in ast.walk(ast.parse(path.read_text()))]
    named = [node for node in calls if isinstance(node, ast.Call) and node.args and isinstance(node.func, ast.Name)]
    return {
        str(node.args[0].value)
        for node in named
        if isinstance(node.func, ast.Name) and node.func.id == "aws_client" and isinstance(node.args[0], ast.Constant)
    }


def settings_of(handler: str) -> set[str]:
    """The settings that a handler reads, itself or through the adapters that it takes."""
    path, _ = handler_path(handler)
    read: list[ast.AST] = [module(path), *_wired(ports_of(handler))]
    return {name for node in read for name in _settings_in(node)}


def _wired(names: set[str]) -> list[ast.FunctionDef]:
    """The functions of `wiring.dependencies` with these names, and those that they name in turn."""
    wired = functions_of("wiring/dependencies.py")
    found, pending = set[str](), names
    while pending:
        found |= pending
        named = {node.id for name in pending for node in ast.walk(wired[name]) if isinstance(node, ast.Name)}
        pending = (named & set(wired)) - found
    return [wired[name] for name in sorted(found)]


def _attributes_of(name: str, tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name:
            yield node.attr


def _settings_in(tree: ast.AST) -> Iterator[str]:
    """The fields in `settings().field`, in `settings().required("field")`, and the same on a variable that holds it."""
    holders = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and _is_settings(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    required: dict[int, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            required[id(node.func)] = str(node.args[0].value)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        held = isinstance(node.value, ast.Name) and node.value.id in holders
        if held or _is_settings(node.value):
            yield from [required[id(node)]] if node.attr == "required" else _fields_of(node.attr)


@cache
def _fields_of(name: str) -> list[str]:
    """The field of that name, or the fields that the method or property of that name reads."""
    [settings] = [node for node in module("bloomweaver/settings.py").body if isinstance(node, ast.ClassDef)]
    for node in settings.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return list(_attributes_of("self", node))
    return [name]


def _is_settings(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "settings"
