"""Texts in, vectors out: tokenise, batch by length, run on every core, put back in order."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from embedding_service.encoder.batches import plan_batches
from embedding_service.encoder.engine import Engine, EngineName, Matrix, Precision
from embedding_service.encoder.engines import load_engine
from embedding_service.encoder.errors import TextTooLong, TokenNotInVocabulary
from embedding_service.encoder.folder_facts import resolve
from embedding_service.encoder.models import ModelSpec, PromptName
from embedding_service.encoder.token_ids import PromptedIds
from embedding_service.encoder.tokenizer import Tokenizer
from embedding_service.encoder.windows import plan_windows, pool

BATCH_TOKENS = 768
"""How many tokens run together: fewer, or many more, are slower on a CPU, and more take more memory."""


class EncodedQuery(NamedTuple):
    """The vector of a query, (dimension,) float32, and in how many windows the query was read."""

    vector: NDArray[np.float32]
    windows: int


class Encoder:
    """A model that is loaded. Its methods may be called from several threads."""

    def __init__(
        self,
        model: str | ModelSpec,
        *,
        model_dir: str | os.PathLike[str] | None = None,
        engine: EngineName = "auto",
        precision: Precision = "auto",
        threads: int | None = None,
        streams: int | None = None,
        batch_tokens: int = BATCH_TOKENS,
    ) -> None:
        """Loads a model of the registry, by its name, or any model that sentence-transformers wrote to a folder, by the
        folder's path, or by any other name with the folder as `model_dir`.

        `threads` and `streams` are as in `OpenVinoEngine`: leave both for throughput, take `streams=1` for single short
        texts and little memory.

        Raises `UnknownModel`, `ModelMissing`, `ModelUnsuitable` or `EngineMissing`.
        """
        self.spec, folder = resolve(model, model_dir)
        self.tokenizer = Tokenizer(folder)
        self.engine: Engine = load_engine(self.spec, folder, self.tokenizer, engine, precision, threads, streams)
        self.batch_tokens = batch_tokens
        self._executor = ThreadPoolExecutor(self.engine.streams, "encoder")

    def __enter__(self) -> "Encoder":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the encoder's threads."""
        self._executor.shutdown()

    def warm_up(self) -> None:
        """Runs the longest text on every stream, so that no later call waits for kernels to be compiled."""
        length = min(self.spec.max_tokens, self.batch_tokens)
        batch = [_cut(self.tokenizer.encode_batch(["a " * length])[0], length)]
        for running in [self._executor.submit(self.engine.run, batch) for _ in range(self.engine.streams)]:
            running.result()

    def tokenize(
        self, texts: Sequence[str], *, truncate: bool = False, prompt: PromptName | None = None
    ) -> list[list[int]]:
        """The token ids of each text, after the model's prompt of that name.

        A text with more tokens than the model reads is cut if `truncate` is set; else `TextTooLong` is raised.
        """
        if isinstance(texts, str):
            raise TypeError("texts must be a sequence of strings, not one string")
        prefix = self.spec.prompt(prompt)
        token_ids = self.tokenizer.encode_batch([prefix + text for text in texts] if prefix else texts)
        limit = self.spec.max_tokens
        for position, ids in enumerate(token_ids):
            if len(ids) > limit:
                if not truncate:
                    raise TextTooLong(position, len(ids), limit)
                token_ids[position] = _cut(ids, limit)
        return [self._prompted(ids, prefix) for ids in token_ids]

    def add_special_tokens(self, token_ids: Sequence[Sequence[int]]) -> list[list[int]]:
        """Texts that the caller has tokenised, as `tokenize` returns them: with the special tokens at their ends.

        Texts that have them already are left as they are. Raises `TokenNotInVocabulary` or `TextTooLong`.
        """
        tokenizer = self.tokenizer
        first, last = tokenizer.special_tokens
        complete = []
        for position, ids in enumerate(token_ids):
            for outside in (min(ids, default=0), max(ids, default=0)):
                if not 0 <= outside < tokenizer.vocabulary_size:
                    raise TokenNotInVocabulary(position, outside, tokenizer.vocabulary_size)
            text = list(ids)
            if text[: len(first)] != first or text[len(text) - len(last) :] != last:
                text = [*first, *text, *last]
            if len(text) > self.spec.max_tokens:
                raise TextTooLong(position, len(text), self.spec.max_tokens)
            complete.append(text)
        return complete

    def encode(
        self,
        texts: Sequence[str],
        *,
        truncate: bool = False,
        normalize: bool | None = None,
        prompt: PromptName | None = None,
    ) -> Matrix:
        """The vectors of the texts, (texts, dimension) float32, in their order.

        `normalize` says whether each has length 1 (default: as the model's vectors have). `truncate` and `prompt` are
        as in `tokenize`, and so is what it raises.
        """
        token_ids = self.tokenize(texts, truncate=truncate, prompt=prompt)
        return self._run(token_ids, unit=self.spec.normalize if normalize is None else normalize)

    def _run(self, token_ids: Sequence[Sequence[int]], *, unit: bool) -> Matrix:
        """The vectors of texts that are tokenised, in their order."""
        batches = plan_batches([len(ids) for ids in token_ids], self.batch_tokens, self.engine.streams)

        def run(batch: list[int]) -> Matrix:
            vectors = self.engine.run([token_ids[position] for position in batch])
            return vectors.unit if unit else vectors.pooled

        result = np.empty((len(token_ids), self.spec.dimension), np.float32)
        # A hop to another thread would cost a single short text a good part of its time.
        parallel = len(batches) > 1 and self.engine.streams > 1
        for batch, vectors in zip(batches, (self._executor.map if parallel else map)(run, batches), strict=True):
            result[batch] = vectors
        return result

    def encode_query(self, text: str) -> EncodedQuery:
        """The vector of a search query, however long: the model's query prompt is put before the text.

        One with more tokens than the model reads is read in windows that overlap, each with the prompt before it; its
        vector is their mean.
        """
        prompt = self.spec.query_prompt
        (token_ids,) = self.tokenizer.encode_batch([prompt + text])
        first, last = self.tokenizer.special_tokens
        head = self.tokenizer.prefix_length(prompt) if prompt else len(first)
        end = len(token_ids) - len(last)
        windows = plan_windows(end - head, self.spec.max_tokens - head - len(last))
        parts = [
            self._prompted([*token_ids[:head], *token_ids[head:end][window], *token_ids[end:]], prompt)
            for window in windows
        ]
        unit = self.spec.normalize
        vectors = self._run(parts, unit=unit)
        if len(windows) == 1:
            return EncodedQuery(vectors[0], 1)
        tokens = [window.stop - window.start for window in windows]
        return EncodedQuery(pool(vectors, tokens, unit=unit), len(windows))

    def _prompted(self, token_ids: list[int], prefix: str) -> list[int]:
        """Token ids that begin with a prompt, and whether that is pooled."""
        if prefix and not self.spec.pool_prompt:
            return PromptedIds(token_ids, self.tokenizer.prefix_length(prefix))
        return token_ids


def _cut(token_ids: list[int], limit: int) -> list[int]:
    """The first tokens and the special token at the end, `limit` in all."""
    return [*token_ids[: limit - 1], token_ids[-1]]
