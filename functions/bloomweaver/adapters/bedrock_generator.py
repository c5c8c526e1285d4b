"""A model of Amazon Bedrock, by `ConverseStream`."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, EventStreamError

from bloomweaver.adapters.aws_errors import THROTTLED, error_code
from bloomweaver.answering.ports import Ended, Event, Piece
from bloomweaver.answering.prompt import Prompt
from bloomweaver.errors import GeneratorOverloaded, GeneratorRejected, GeneratorUnavailable

_AT_ITS_END = {"end_turn", "stop_sequence"}
_OVERLOADED = THROTTLED | {"throttlingException", "ServiceQuotaExceededException"}
_REFUSED = {
    *("AccessDeniedException", "ResourceNotFoundException", "ValidationException", "validationException"),
    *("UnrecognizedClientException", "ModelNotReadyException"),
}


class BedrockGenerator:
    """Implements `Generator` with a client of `bedrock-runtime`."""

    def __init__(self, client: Any, model: str) -> None:
        """`model` is the id of a model, or of an inference profile."""
        self._client = client
        self._model = model

    @property
    def name(self) -> str:
        """See `Generator`."""
        return self._model

    def answer(self, prompt: Prompt) -> Iterator[Event]:
        """See `Generator`."""
        system, *turns = prompt.messages()
        # Nobody else's words are in an error: the service may repeat the prompt in its own.
        try:
            answer = self._client.converse_stream(
                modelId=self._model,
                system=[{"text": system["content"]}],
                messages=[{"role": turn["role"], "content": [{"text": turn["content"]}]} for turn in turns],
                inferenceConfig={"maxTokens": prompt.answer_tokens, "temperature": 0.0},
            )
            stream = answer["stream"]
            try:
                yield from _events_of(stream)
            finally:
                stream.close()
        except EventStreamError as error:
            # In the middle of an answer.
            raise _named(error_code(error)) from None
        except ClientError as error:
            raise _named(error_code(error)) from None
        except BotoCoreError as error:
            raise GeneratorUnavailable(f"Bedrock cannot be reached, or broke off: {type(error).__name__}") from None


def _events_of(stream: Any) -> Iterator[Event]:
    reason: str | None = None
    usage: dict[str, int] = {}
    for event in stream:
        if "contentBlockDelta" in event:
            if text := event["contentBlockDelta"]["delta"].get("text"):
                yield Piece(text)
        elif "messageStop" in event:
            reason = event["messageStop"]["stopReason"]
        elif "metadata" in event:
            usage = event["metadata"].get("usage", {})
    if reason is not None:
        yield Ended(
            whole=reason in _AT_ITS_END, tokens_in=usage.get("inputTokens"), tokens_out=usage.get("outputTokens")
        )


def _named(code: str) -> GeneratorOverloaded | GeneratorRejected | GeneratorUnavailable:
    if code in _OVERLOADED:
        return GeneratorOverloaded(f"Bedrock answers {code}")
    if code in _REFUSED:
        return GeneratorRejected(f"Bedrock answers {code}")
    return GeneratorUnavailable(f"Bedrock answers {code}")
