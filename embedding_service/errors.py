"""Why the service refuses or fails a request. Each error has its HTTP status and its `error_type`, both as Text
Embeddings Inference has them; `error_answers` says how OpenAI's API puts it."""

from typing import ClassVar, Literal

ErrorType = Literal["Unhealthy", "Backend", "Overloaded", "Validation", "Empty"]


class RequestError(Exception):
    """Base of these errors. Its text is for the client."""

    status: ClassVar[int]
    error_type: ClassVar[ErrorType]
    retry: ClassVar[bool] = False
    """Whether the same request may succeed a moment later."""
    param: ClassVar[str | None] = None
    """The field of OpenAI's request that is to blame."""
    code: ClassVar[str | None] = None
    """OpenAI's name of the error."""
    retry_after: float | None = None
    """In how many seconds, where that is known."""


class NotReady(RequestError):
    """The model is not loaded yet."""

    status = 503
    error_type = "Unhealthy"
    retry = True
    code = "model_not_ready"


class Stopping(RequestError):
    """The service has to stop before this request is done."""

    status = 503
    error_type = "Unhealthy"
    retry = True
    code = "service_stopping"


class Overloaded(RequestError):
    """The queue is full."""

    status = 429
    error_type = "Overloaded"
    retry = True
    code = "rate_limit_exceeded"

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class EmptyInput(RequestError):
    """There is no text, or a text of no characters."""

    status = 400
    error_type = "Empty"
    param = "input"


class TooLarge(RequestError):
    """Too many texts, too long a text, or more tokens than the queue ever holds."""

    status = 413
    error_type = "Validation"
    param = "input"


class UnknownToken(RequestError):
    """A token id is not in the model's vocabulary."""

    status = 400
    error_type = "Validation"
    param = "input"


class WrongModel(RequestError):
    """The client asks for another model than the one that is served."""

    status = 404
    error_type = "Validation"
    param = "model"
    code = "model_not_found"


class DimensionsFixed(RequestError):
    """The client asks for shorter vectors, and the model's may not be cut."""

    status = 400
    error_type = "Validation"
    param = "dimensions"


class PromptNeedsText(RequestError):
    """A prompt is a text: it cannot be put before token ids."""

    status = 400
    error_type = "Validation"
    param = "prompt_name"


class InferenceFailed(RequestError):
    """The model failed on a text of this request."""

    status = 424
    error_type = "Backend"
