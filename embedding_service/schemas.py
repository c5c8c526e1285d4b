"""The bodies of requests and answers, as Text Embeddings Inference has them."""

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr

from embedding_service.encoder.models import PromptName
from embedding_service.errors import ErrorType


class EmbedRequest(BaseModel):
    """The body of `POST /embed`. An unknown field is refused: without it the vectors may not be what was asked for."""

    model_config = ConfigDict(extra="forbid")

    inputs: StrictStr | list[StrictStr] = Field(description="A text, or several")
    truncate: StrictBool | None = Field(
        default=None, description="Cut a text that is longer than the model reads; otherwise it is refused"
    )
    normalize: StrictBool = Field(default=True, description="Make each vector's length 1")
    prompt_name: PromptName | None = Field(
        default=None, description="Put the model's prompt for queries or for passages before each text"
    )

    @property
    def texts(self) -> list[str]:
        """`inputs` as a list."""
        return [self.inputs] if isinstance(self.inputs, str) else self.inputs


class ErrorBody(BaseModel):
    """The body of every answer that is no success."""

    error: str
    error_type: ErrorType


class Info(BaseModel):
    """The answer of `GET /info`."""

    model_config = ConfigDict(protected_namespaces=())

    model_id: str
    model: str
    model_dtype: str
    dimension: int
    max_input_length: int
    """In tokens."""
    max_client_batch_size: int
    """In texts."""


class Health(BaseModel):
    """The answer of `GET /health` and `GET /ready`."""

    status: str
