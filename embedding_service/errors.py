"""Why the service refuses or fails a request. Each error has its HTTP status and its `error_type`, both as Text
Embeddings Inference has them."""

from typing import ClassVar, Literal

ErrorType = Literal["Unhealthy", "Backend", "Overloaded", "Validation", "Empty"]


class RequestError(Exception):
    """Base of these errors. Its text is for the client."""

    status: ClassVar[int]
    error_type: ClassVar[ErrorType]
    retry: ClassVar[bool] = False
    """Whether the same request may succeed a moment later."""


class NotReady(RequestError):
    """The model is not loaded yet."""

    status = 503
    error_type = "Unhealthy"
    retry = True


class Overloaded(RequestError):
    """The queue is full."""

    status = 429
    error_type = "Overloaded"
    retry = True


class EmptyInput(RequestError):
    """There is no text, or a text of no characters."""

    status = 400
    error_type = "Empty"


class TooLarge(RequestError):
    """Too many texts, too long a text, or more tokens than the queue ever holds."""

    status = 413
    error_type = "Validation"


class InferenceFailed(RequestError):
    """The model failed on a batch that held a text of this request."""

    status = 424
    error_type = "Backend"
