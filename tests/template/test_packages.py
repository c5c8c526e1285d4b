"""What the functions import is what their layers install: on one machine a gap would not show."""

import ast
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from layers.wheels import ENCODER_PACKAGES, encoder_pins

ROOT = Path(__file__).resolve().parents[2]
OURS = {"bloomweaver", "wiring", "embedding_service"} | {
    handler.parent.name for handler in (ROOT / "functions").glob("*/handler.py")
}
OPTIONAL = {"lancedb", "pyarrow"}
"""Stores that a deployment to AWS does without."""
LOADED_BY_NAME = {"lxml", "cryptography"}
"""Imported by other packages, when ours ask for an HTML parser or check a token."""


def _imported() -> set[str]:
    names: set[str] = set()
    for path in (ROOT / "functions").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    return names - set(sys.stdlib_module_names) - OURS


def _lines() -> list[str]:
    files = sorted((ROOT / "layers" / "requirements").glob("*.txt"))
    lines = [line for file in files for line in file.read_text().splitlines()]
    return [line for line in lines if line and not line.startswith("#")] + encoder_pins(ENCODER_PACKAGES)


def _required() -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in _lines()}


def test_every_package_that_the_functions_import_is_required() -> None:
    providers = packages_distributions()
    # What comes with boto3, pydantic and pinecone, whose versions are those packages' own matter.
    carried = {"botocore", "urllib3", "pydantic_core", "orjson"}
    missing = {
        name
        for name in _imported() - OPTIONAL - carried
        if not {canonicalize_name(provider) for provider in providers[name]} & _required()
    }
    assert missing == set()


def test_packages_that_others_load_by_name_are_required() -> None:
    assert _required() >= LOADED_BY_NAME


def test_every_requirement_is_pinned() -> None:
    assert all("==" in line for line in _lines())
