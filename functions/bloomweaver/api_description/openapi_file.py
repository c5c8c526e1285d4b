"""Writes the document: to docs/openapi.json for people and their tools, and beside the function that serves it.

`make openapi` calls it. The second is the same without line breaks.
"""

import json
import tomllib
from pathlib import Path

from bloomweaver.api_description.document import document

_REPOSITORY = Path(__file__).resolve().parents[3]
OPENAPI_FILE = _REPOSITORY / "docs" / "openapi.json"
SERVED_FILE = _REPOSITORY / "functions" / "health" / "openapi.json"


def files() -> dict[Path, str]:
    """What the files have to hold."""
    version = tomllib.loads((_REPOSITORY / "pyproject.toml").read_text())["project"]["version"]
    made = document(version)
    return {
        OPENAPI_FILE: json.dumps(made, indent=2, ensure_ascii=False) + "\n",
        SERVED_FILE: json.dumps(made, separators=(",", ":"), ensure_ascii=False) + "\n",
    }


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text)
