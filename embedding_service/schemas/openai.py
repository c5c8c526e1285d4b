"""Bodies as OpenAI's embeddings API has them."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr

from embedding_service.encoder.models import PromptName

EncodingFormat = Literal["float", "base64"]


class EmbeddingsRequest(BaseModel):
    """The body of `POST /v1/embeddings`. An unknown field is refused, as OpenAI does."""

    model_config = ConfigDict(extra="forbid")

    input: StrictStr | list[StrictStr] | list[StrictInt] | list[list[StrictInt]] = Field(
        description="A text, several texts, or either as token ids of the model's own vocabulary"
    )
    model: StrictStr = Field(description="The model's name, in the registry or where it is published")
    encoding_format: EncodingFormat = Field(
        default="float", description="Numbers, or the float32 values in little-endian order as base64"
    )
    dimensions: StrictInt | None = Field(
        default=None, description="Always refused: no model here has vectors that may be cut"
    )
    user: StrictStr | None = Field(default=None, description="Taken and not used")
    prompt_name: PromptName | None = Field(
        default=None,
        description="Not OpenAI's: put the model's prompt for queries or passages before each text; not with tokens",
    )

    @property
    def texts(self) -> list[str] | None:
        """`input` as texts; none if it is token ids."""
        if isinstance(self.input, str):
            return [self.input]
        texts = [item for item in self.input if isinstance(item, str)]
        return texts if len(texts) == len(self.input) else None

    @property
    def token_ids(self) -> list[list[int]]:
        """`input` as token ids of each text; only if it is no text."""
        lists = [item for item in self.input if isinstance(item, list)]
        return lists or [[item for item in self.input if isinstance(item, int)]]


class EmbeddingObject(BaseModel):
    """One vector."""

    object: Literal["embedding"] = "embedding"
    index: int
    embedding: list[float] | str


class Usage(BaseModel):
    """What was read, special tokens included."""

    prompt_tokens: int
    total_tokens: int


class EmbeddingsAnswer(BaseModel):
    """The answer of `POST /v1/embeddings`."""

    object: Literal["list"] = "list"
    data: list[EmbeddingObject]
    model: str
    usage: Usage


class ModelCard(BaseModel):
    """A model, as `GET /v1/models/{model}` answers."""

    id: str
    object: Literal["model"] = "model"
    created: int = Field(description="When it was loaded, in seconds since 1970")
    owned_by: str
    root: str = Field(description="The model's name where it is published, which `model` may be too")


class ModelList(BaseModel):
    """The answer of `GET /v1/models`."""

    object: Literal["list"] = "list"
    data: list[ModelCard]


class ErrorDetail(BaseModel):
    """What went wrong."""

    message: str
    type: str
    param: str | None
    code: str | None


class OpenAIErrorBody(BaseModel):
    """The body of every answer under `/v1` that is no success."""

    error: ErrorDetail
