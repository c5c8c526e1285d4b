"""Writes the service's OpenAPI document to docs/embedding-openapi.json. `make openapi` calls it."""

import json
from pathlib import Path

from embedding_service.app import create_app
from embedding_service.settings import Settings

OPENAPI_FILE = Path(__file__).resolve().parents[1] / "docs" / "embedding-openapi.json"


def document() -> str:
    """The document as it is committed."""
    return json.dumps(create_app(Settings()).openapi(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    OPENAPI_FILE.write_text(document())
