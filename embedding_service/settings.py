"""The service's settings, each from the environment variable EMBEDDING_<NAME>."""

from pathlib import Path

from pydantic import Field, NonNegativeInt, PositiveInt, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from embedding_service.encoder.encoder import BATCH_TOKENS
from embedding_service.encoder.engine import EngineName, Precision
from embedding_service.encoder.errors import UnknownModel
from embedding_service.encoder.folder_facts import check_name


class Settings(BaseSettings):
    """Raises pydantic's `ValidationError` for a value that cannot be."""

    model_config = SettingsConfigDict(env_prefix="EMBEDDING_", frozen=True, protected_namespaces=())

    host: str = "127.0.0.1"
    port: NonNegativeInt = Field(default=8080, le=65535)
    """0 takes a free port; the log line `listening` tells which."""
    model_dir: Path | None = None
    """The folder of the model's files; none: the installed package's, or the one in the Hugging Face hub's cache."""
    model: str = "minilm"
    """A name of the registry, the path of a folder, or any other name for the files in `model_dir`."""
    engine: EngineName = "auto"
    """What runs the model; `auto` goes by its architecture."""
    precision: Precision = "auto"
    threads: PositiveInt | None = None
    """How many cores the model runs on; none: all that the process may use."""
    batch_tokens: PositiveInt = BATCH_TOKENS
    max_queued_tokens: PositiveInt = 327_680
    """Accepted and not yet embedded: some ten seconds of work on two cores. More is refused with 429. An eighth is kept
    for short requests; the rest takes a request of 1,000 texts of 256 tokens, as clients of OpenAI's API send."""
    max_requests: PositiveInt = 512
    """Requests at the same time; more are refused with 429."""
    max_texts: PositiveInt = 2048
    """Texts in a request; as OpenAI has it."""
    max_body_bytes: PositiveInt = 4 * 1024 * 1024
    receive_seconds: PositiveInt = 20
    """How long a request's head may take to come, and then its body. A slower body is refused with 408."""
    retry_after_seconds: PositiveInt = 2
    """What a refused client is told to wait at least, and where nothing is known."""
    keep_alive_seconds: PositiveInt = 75
    """Longer than the load balancer keeps an idle connection (60 s): else it would send into one that just closed."""
    shutdown_seconds: PositiveInt = 30
    """How long SIGTERM waits for what is in flight."""

    @field_validator("model")
    @classmethod
    def _known(cls, model: str, others: ValidationInfo) -> str:
        try:
            return check_name(model, others.data.get("model_dir"))
        except UnknownModel as error:
            raise ValueError(str(error)) from error
