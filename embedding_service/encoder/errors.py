"""What the encoder raises on purpose."""


class EncoderError(Exception):
    """Base of every error that the encoder raises on purpose."""


class UnknownModel(EncoderError):
    """No model of that name is in the registry."""


class ModelMissing(EncoderError):
    """The model's folder, or a file in it, is not there. The message says how to get it."""


class ModelUnsuitable(EncoderError):
    """The files in the model's folder are of another model, or of an architecture that the engine does not build."""


class TextTooLong(EncoderError):
    """A text has more tokens than the model reads, and the caller did not allow to cut it."""

    def __init__(self, position: int, tokens: int, limit: int) -> None:
        super().__init__(f"text {position} has {tokens} tokens, but the model reads {limit} at most")
        self.position = position
        """The text's place in the call, from 0."""
        self.tokens = tokens
        self.limit = limit


class TokenNotInVocabulary(EncoderError):
    """A token id is none of the model's: it comes from another model's tokenizer."""

    def __init__(self, position: int, token_id: int, size: int) -> None:
        super().__init__(f"text {position} has the token id {token_id}, but the model's vocabulary is 0 to {size - 1}")
        self.position = position
        """The text's place in the call, from 0."""


class EngineMissing(EncoderError):
    """The model needs an engine whose packages are not installed. The message says how to install them."""
