"""Bodies as Text Embeddings Inference has them."""

from typing import Annotated, Literal

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
    truncation_direction: Annotated[
        Literal["right", "Right"] | None, Field(description="Texts are cut at their end, and nowhere else")
    ] = None
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


class Loss(BaseModel):
    """How near the vectors are to those of f32, as cosines: 1 is no loss."""

    worst: float
    mean: float
    texts: int = Field(description="How many built-in texts were compared")


class Info(BaseModel):
    """The answer of `GET /info`."""

    model_config = ConfigDict(protected_namespaces=())

    model_id: str = Field(description="The model's name where it is published")
    model: str = Field(description="The model's name in the registry")
    engine: str = Field(description="What runs the model")
    model_dtype: str = Field(description="The kind of number that it computes in")
    int8_loss: Loss | None = Field(description="What int8 loses, measured at the start; none with any other precision")
    dimension: int
    max_input_length: int = Field(description="The most tokens of a text")
    max_client_batch_size: int = Field(description="The most texts of a request")
    prompts: dict[PromptName, str] = Field(description="What `prompt_name` puts before a text")
