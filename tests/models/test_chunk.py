"""What cannot be read of a passage is told without its text."""

import json

import pytest
from pydantic import BaseModel, ValidationError

from bloomweaver.models.backup import Backup
from bloomweaver.models.chunk import Chunk, EmbeddedChunk, IndexedChunk
from bloomweaver.models.webhook import WebhookBody


@pytest.mark.parametrize("model", [Chunk, EmbeddedChunk, IndexedChunk, Backup, WebhookBody])
def test_an_error_has_nothing_of_the_text(model: type[BaseModel]) -> None:
    """It becomes the cause of a run, which is kept for longer than the document may be."""
    for broken in ({"text": "secret", "content": "secret"}, {"text": ["secret"], "content": ["secret"]}, "secret"):
        with pytest.raises(ValidationError) as raised:
            model.model_validate_json(json.dumps(broken))
        assert "secret" not in str(raised.value)
        assert "secret" not in repr(raised.value)
