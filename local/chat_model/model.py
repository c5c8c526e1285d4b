"""A language model in this process, which writes one text at a time."""

import queue
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Ended:
    """The text is at its end."""

    is_whole: bool
    """False where it came to the most tokens that it may have."""
    tokens_in: int
    tokens_out: int


class ChatModel:
    """Runs a model from its file on the processor."""

    def __init__(self, weights: Path) -> None:
        """Load it, which takes some seconds."""
        import openvino_genai

        self._genai = openvino_genai
        self._pipeline: Any = openvino_genai.LLMPipeline(str(weights), "CPU")
        self._alone = threading.Lock()

    def write(self, messages: Sequence[Mapping[str, str]], max_tokens: int) -> Iterator[str | Ended]:
        """What the model writes after these messages (`role` and `content`), as it comes, and last how it ended.
        Closing the iterator ends the work on it. Raises what the model fails with.

        It is the same each time: of the next tokens the likeliest is taken.
        """
        pieces: queue.SimpleQueue[str | Ended | BaseException] = queue.SimpleQueue()
        stopped = threading.Event()
        thread = threading.Thread(target=self._write, args=(messages, max_tokens, pieces, stopped), daemon=True)
        thread.start()
        try:
            while True:
                piece = pieces.get()
                if isinstance(piece, BaseException):
                    raise piece
                yield piece
                if isinstance(piece, Ended):
                    return
        finally:
            stopped.set()  # it is looked at after the next token: nobody waits for that

    def _write(
        self,
        messages: Sequence[Mapping[str, str]],
        max_tokens: int,
        pieces: "queue.SimpleQueue[str | Ended | BaseException]",
        stopped: threading.Event,
    ) -> None:
        status = self._genai.StreamingStatus

        def take(piece: str) -> Any:
            pieces.put(piece)
            return status.CANCEL if stopped.is_set() else status.RUNNING

        try:
            with self._alone:
                if stopped.is_set():
                    return
                history = self._genai.ChatHistory([dict(message) for message in messages])
                result = self._pipeline.generate(history, max_new_tokens=max_tokens, do_sample=False, streamer=take)
            counted = result.perf_metrics
            tokens_out = int(counted.get_num_generated_tokens())
            pieces.put(Ended(tokens_out < max_tokens, int(counted.get_num_input_tokens()), tokens_out))
        except Exception as error:  # noqa: BLE001 - raised again where the text is read
            pieces.put(error)
