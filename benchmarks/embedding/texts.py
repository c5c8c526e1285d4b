"""The texts that are embedded: passages of Python's own documentation, as the pipeline would cut them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from benchmarks.corpus import CorpusDocument
from benchmarks.errors import RunError
from bloomweaver.content.extracted import ExtractedText, TextBlock
from bloomweaver.passages.chunking import Chunker
from embedding_service.encoder.tokenizer import load_tokenizer

CHUNK_TOKENS = 256
FULL_CHUNK_TOKENS = 240
"""From this on a passage counts as full. The chunker cuts where the text does, so most are shorter than its limit."""
WORDS = (8, 300)
SEED = 20


@dataclass(frozen=True)
class TextSet:
    """Texts of a kind. Those for warming up are of the same kind, and others."""

    name: str
    texts: list[str]
    warm_up: list[str]
    tokens: list[int]
    """How many tokens of each text a model reads, its special tokens included."""

    def described(self) -> dict[str, Any]:
        """For the results: how many texts there are, and how long."""
        return {
            "texts": len(self.texts),
            "tokens_mean": round(fmean(self.tokens), 1),
            "tokens_min": min(self.tokens),
            "tokens_max": max(self.tokens),
        }


def text_sets(documents: Sequence[CorpusDocument], model: str, count: int, warm_up: int) -> tuple[TextSet, TextSet]:
    """`long`: passages that fill a chunk of 256 tokens, and `mixed`: runs of 8 to 300 words that fit into one; `count`
    of each.

    Every system cuts a text at the model's limit: with longer runs, half of `mixed` would be of one length. The same
    documents give the same texts. Raises `RunError` if there are too few passages.
    """
    tokenizer = load_tokenizer(model)
    chunker = Chunker(tokenizer, CHUNK_TOKENS, 0)
    chance = random.Random(SEED)
    passages = [
        passage.text
        for document in documents
        for passage in chunker.split(ExtractedText((TextBlock(document.text),), markdown=True))
    ]
    lengths = [len(encoding) for encoding in tokenizer.encode_batch_fast(passages)]
    full = [text for text, length in zip(passages, lengths, strict=True) if length >= FULL_CHUNK_TOKENS]
    if len(full) < count + warm_up:
        raise RunError(f"the corpus has only {len(full)} passages of {FULL_CHUNK_TOKENS} tokens or more")
    long = chance.sample(full, count + warm_up)

    words = [word for document in documents for word in document.text.split()]
    mixed: list[str] = []
    while len(mixed) < count + warm_up:
        start = chance.randrange(len(words) - WORDS[1])
        run = " ".join(words[start : start + chance.randint(*WORDS)])
        if len(tokenizer.encode(run)) <= CHUNK_TOKENS:
            mixed.append(run)

    def made(name: str, texts: list[str]) -> TextSet:
        tokens = [min(CHUNK_TOKENS, len(encoding)) for encoding in tokenizer.encode_batch_fast(texts[:count])]
        return TextSet(name, texts[:count], texts[count:], tokens)

    return made("long", long), made("mixed", mixed)
