"""The model and its queue as one thing: loads in the background, then turns requests into vectors. Knows no HTTP."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from embedding_service.batching import Batcher
from embedding_service.encoder.encoder import Encoder
from embedding_service.encoder.engine import Matrix
from embedding_service.encoder.errors import TextTooLong, TokenNotInVocabulary
from embedding_service.encoder.models import PromptName
from embedding_service.errors import EmptyInput, NotReady, TooLarge, UnknownToken
from embedding_service.metrics import Metrics
from embedding_service.settings import Settings

logger = logging.getLogger(__name__)

INLINE_CHARACTERS = 2000
"""Texts of up to so many characters together are tokenised on the event loop: that takes less time than the hop to
another thread and back. More would hold up the other requests."""

TOKENIZER_THREADS = 2
CHARACTERS_A_TOKEN = 4
"""About. Only tells what would be refused in any case from what has to be tokenised first."""


@dataclass(frozen=True)
class Embedding:
    """The vectors of a request's texts, (texts, dimension), in their order, and how many tokens these were."""

    vectors: Matrix
    tokens: int


class EmbeddingService:
    """Not ready until `load` is done."""

    def __init__(self, settings: Settings, load_encoder: Callable[[], Encoder], metrics: Metrics) -> None:
        self._settings = settings
        self._load_encoder = load_encoder
        self._metrics = metrics
        self._loaded: tuple[Encoder, Batcher] | None = None
        self._loaded_at = 0
        self._requests = 0
        self._tokenizers = ThreadPoolExecutor(TOKENIZER_THREADS, "tokenizer")

    @property
    def is_loaded(self) -> bool:
        """Whether there is a model to ask."""
        return self._loaded is not None

    @property
    def encoder(self) -> Encoder:
        """The loaded model. Raises `NotReady`."""
        return self._ready()[0]

    @property
    def loaded_at(self) -> int:
        """When the model was loaded, in seconds since 1970. Raises `NotReady`."""
        self._ready()
        return self._loaded_at

    @property
    def max_texts(self) -> int:
        """How many texts a request may have."""
        return self._settings.max_texts

    async def load(self) -> None:
        """Waits until the model is loaded and warmed up. Raises the encoder's errors."""
        started = time.perf_counter()
        encoder = await asyncio.to_thread(self._load_encoder)
        settings = self._settings
        batcher = Batcher(
            encoder.engine,
            encoder.spec.dimension,
            settings.batch_tokens,
            settings.max_queued_tokens,
            self._metrics.batch,
        )
        self._loaded = encoder, batcher
        self._loaded_at = int(time.time())
        self._metrics.ready(batcher.waiting_tokens)
        fields = {
            "model": encoder.spec.name,
            "precision": encoder.engine.precision,
            "streams": encoder.engine.streams,
            "load_seconds": round(time.perf_counter() - started, 3),
        }
        logger.info("ready", extra={"fields": fields})

    async def close(self) -> None:
        """Ends the threads, after what they have accepted."""
        self._tokenizers.shutdown(wait=False)
        if self._loaded:
            encoder, batcher = self._loaded
            await asyncio.to_thread(batcher.close)
            encoder.close()

    async def embed_texts(
        self, texts: Sequence[str], *, truncate: bool, normalize: bool, prompt: PromptName | None
    ) -> Embedding:
        """The vectors of the texts.

        Cancelling the call gives up its place in the queue. Raises a `RequestError`.
        """
        encoder, batcher = self._ready()
        self._check_count(texts)
        characters = sum(map(len, texts))

        def tokenize() -> list[list[int]]:
            return encoder.tokenize(texts, truncate=truncate, prompt=prompt)

        with self._admitted(characters // CHARACTERS_A_TOKEN), _refusals():
            if characters <= INLINE_CHARACTERS:
                token_ids = tokenize()
            else:
                token_ids = await asyncio.get_running_loop().run_in_executor(self._tokenizers, tokenize)
            return await self._embed(batcher, token_ids, normalize)

    async def embed_token_ids(self, token_ids: Sequence[Sequence[int]], *, normalize: bool) -> Embedding:
        """The vectors of texts that the caller has tokenised. Otherwise as `embed_texts`."""
        encoder, batcher = self._ready()
        self._check_count(token_ids)
        with self._admitted(sum(map(len, token_ids))), _refusals():
            return await self._embed(batcher, encoder.add_special_tokens(token_ids), normalize)

    async def _embed(self, batcher: Batcher, token_ids: list[list[int]], normalize: bool) -> Embedding:
        vectors = await batcher.embed(token_ids, normalize=normalize)
        tokens = sum(map(len, token_ids))
        self._metrics.embedded(len(token_ids), tokens)
        return Embedding(vectors, tokens)

    def _ready(self) -> tuple[Encoder, Batcher]:
        if self._loaded is None:
            raise NotReady("the model is not loaded yet")
        return self._loaded

    def _check_count(self, texts: Sequence[Sequence[object]]) -> None:
        if not texts or not all(texts):
            raise EmptyInput("`inputs` cannot be empty, and no text of it can")
        if len(texts) > self.max_texts:
            raise TooLarge(f"batch size {len(texts)} > maximum allowed batch size {self.max_texts}")

    @contextmanager
    def _admitted(self, tokens: int) -> Iterator[None]:
        """A place among the requests at the same time, for one with about so many tokens. Raises `Overloaded`, before
        the texts are tokenised: that takes a share of the same cores."""
        if self._ready()[1].full(tokens) or self._requests >= self._settings.max_requests:
            raise self._ready()[1].refusal(tokens)
        self._requests += 1
        try:
            yield
        finally:
            self._requests -= 1


@contextmanager
def _refusals() -> Iterator[None]:
    """What the encoder refuses, as the service's own errors."""
    try:
        yield
    except TextTooLong as error:
        raise TooLarge(str(error)) from error
    except TokenNotInVocabulary as error:
        raise UnknownToken(str(error)) from error
