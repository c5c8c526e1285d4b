"""A corpus that every machine has: the documentation of Python's standard library, taken from the interpreter."""

import importlib
import inspect
import os
import pkgutil
import platform
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from types import ModuleType
from typing import Any

ID_PREFIX = "stdlib-"
SHORTEST = 200
"""Characters below which a module's documentation says too little to be a document."""

LONGEST_DEFAULT = 40
"""Characters of a text that a signature shows as a parameter's default."""

_LEFT_OUT = {
    # These do something when they are imported: open a browser or a window, print, or set up the terminal.
    "antigravity",
    "this",
    "idlelib",
    "turtle",
    "turtledemo",
    "tkinter",
    "readline",
    "rlcompleter",
    "site",
    # These are not meant for use, or say the same many times.
    "distutils",
    "encodings",
    "ensurepip",
    "lib2to3",
    "pydoc_data",
    "test",
}


@dataclass(frozen=True)
class CorpusDocument:
    """The documentation of one module, as Markdown."""

    module: str
    text: str

    @property
    def doc_hash(self) -> str:
        """The document's id."""
        return f"{ID_PREFIX}{self.module.replace('.', '-')}"

    def first_line(self) -> str:
        """The first line below the title: what the module is for."""
        return self.text.split("\n\n", 2)[1].partition("\n")[0]

    def body(self) -> dict[str, Any]:
        """The webhook body that creates or updates the document."""
        return {
            "operation": "CREATE",
            "doc_hash": self.doc_hash,
            "content_type": "text/markdown",
            "content": self.text,
            "title": self.module,
            "metadata": {
                "module": self.module,
                "package": self.module.partition(".")[0],
                "python": platform.python_version(),
            },
        }


def stdlib_documents() -> list[CorpusDocument]:
    """The documentation of every public module that can be imported here and has some: more than 200 of them.

    The same interpreter gives the same documents in the same order.
    """
    documents = [CorpusDocument(module.__name__, markdown(module)) for module in stdlib_modules()]
    return [document for document in documents if len(document.text) >= SHORTEST]


def stdlib_modules() -> list[ModuleType]:
    """Every public module of the standard library that can be imported here and does nothing by that, by name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecated modules say so when they are imported
        names = [name for name in sorted(sys.stdlib_module_names - _LEFT_OUT) if not name.startswith("_")]
        return [module for name in names for module in _with_submodules(name)]


def markdown(module: ModuleType) -> str:
    """The module's docstring, then each public class, function and method under a heading, with its signature."""
    parts = [f"# {module.__name__}", inspect.getdoc(module) or ""]
    for name, member in sorted(vars(module).items()):
        if not _is_public(module, name, member):
            continue
        if inspect.isclass(member):
            parts += _of_class(name, member)
        elif inspect.isroutine(member):
            parts += _entry(f"## {name}{_signature(member)}", member)
    return "\n\n".join(part for part in parts if part) + "\n"


def _with_submodules(name: str) -> Iterator[ModuleType]:
    try:
        module = importlib.import_module(name)
    except Exception:  # noqa: BLE001 - a module of another system, or built without its library: whatever it raises
        return
    if module.__name__ != name:
        return  # another name for a module that has its own
    yield module
    for found in sorted(pkgutil.iter_modules(getattr(module, "__path__", ())), key=lambda found: found.name):
        if not found.name.startswith("_") and found.name not in _LEFT_OUT:
            yield from _with_submodules(f"{name}.{found.name}")


def _is_public(module: ModuleType, name: str, member: object) -> bool:
    exported = getattr(module, "__all__", None)
    if name.startswith("_") or (exported is not None and name not in exported):
        return False
    owner = getattr(member, "__module__", None)
    if owner == module.__name__:
        return True
    # What comes from another public module is documented there; what comes from a private one is documented here.
    return exported is not None and isinstance(owner, str) and any(part.startswith("_") for part in owner.split("."))


def _of_class(name: str, cls: type) -> list[str]:
    methods: list[str] = []
    for method_name, attribute in sorted(vars(cls).items()):
        if method_name.startswith("_"):
            continue
        method = attribute.__func__ if isinstance(attribute, classmethod | staticmethod) else attribute
        if inspect.isroutine(method):
            methods += _entry(f"### {name}.{method_name}{_signature(method)}", method)
        elif isinstance(method, property):
            methods += _entry(f"### {name}.{method_name}", method)
    docstring = vars(cls).get("__doc__")
    if not methods and not docstring:
        return []
    own = inspect.cleandoc(docstring) if isinstance(docstring, str) else ""
    return [f"## class {name}{_signature(cls)}", own, *methods]


def _entry(heading: str, member: Any) -> list[str]:
    docstring = member.__doc__
    return [heading, inspect.cleandoc(docstring)] if isinstance(docstring, str) and docstring.strip() else []


def _signature(member: Any) -> str:
    try:
        signature = inspect.signature(member)
    except (TypeError, ValueError):
        return ""  # many that are written in C have none
    return str(signature.replace(parameters=[_printable(p) for p in signature.parameters.values()]))


def _printable(parameter: inspect.Parameter) -> inspect.Parameter:
    # A default may be any object of this process, the whole environment with its secrets included.
    default = parameter.default
    if default is parameter.empty or default is None or isinstance(default, bool | int | float):
        return parameter
    if isinstance(default, str | bytes) and len(default) <= LONGEST_DEFAULT:
        is_place = PurePath(os.fsdecode(default)).is_absolute()
        return parameter.replace(default=_Elided()) if is_place else parameter
    return parameter.replace(default=_Elided())


class _Elided:
    """Stands for a default value that is not shown."""

    def __repr__(self) -> str:
        return "..."
