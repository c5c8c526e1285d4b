"""The secret that holds Pinecone's API key."""

import json
from typing import Any

from bloomweaver.errors import ConfigurationError


def parse_key(text: str) -> str:
    """The key in the JSON object `{"api_key": ...}`. Raises `ConfigurationError`, which shows nothing of it."""
    try:
        given: Any = json.loads(text)
    except ValueError:
        given = None
    key = given.get("api_key") if isinstance(given, dict) else None
    if not key or not isinstance(key, str):
        raise ConfigurationError('Pinecone\'s secret is not a JSON object {"api_key": "..."} with a key in it')
    return key
