"""Where a generator is that has an OpenAI-compatible address: what its secret says."""

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bloomweaver.errors import ConfigurationError


class Endpoint(BaseModel):
    """An address, with what it takes to be let in."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    url: str = Field(pattern=r"^https?://[^\s]+$")
    """Before `/chat/completions`, such as `https://api.openai.com/v1`."""
    api_key: str = Field(default="", repr=False)
    """Empty where the server wants none."""


def parse_endpoint(text: str) -> Endpoint:
    """The endpoint in the JSON object `{"url": ..., "api_key": ...}`. Raises `ConfigurationError`, which shows nothing
    of it."""
    try:
        return Endpoint.model_validate_json(text)
    except ValidationError as error:
        raise ConfigurationError(
            'the generator\'s secret is not a JSON object {"url": "https://...", "api_key": "..."}'
        ) from error
