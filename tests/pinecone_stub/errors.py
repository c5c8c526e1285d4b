"""What the stub refuses, as the error answers of Pinecone."""


class RefusedError(Exception):
    """An error answer. Pinecone's services answer with JSON; what stands before them answers with plain text."""

    def __init__(self, status: int, code: str, message: str, *, plain: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.plain = plain


class InvalidArgumentError(RefusedError):
    """400."""

    def __init__(self, message: str) -> None:
        super().__init__(400, "INVALID_ARGUMENT", message)


class NotFoundError(RefusedError):
    """404."""

    def __init__(self, message: str) -> None:
        super().__init__(404, "NOT_FOUND", message)
