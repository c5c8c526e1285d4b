"""What every store refuses before it sends anything, so that a wrong chunk fails the same way in each of them."""

import json
import math
import unicodedata
from collections.abc import Sequence

from bloomweaver.errors import VectorIndexRejected
from bloomweaver.models.chunk import IndexedChunk, Metadata

MAX_TERM_CHARACTERS = 40
"""Pinecone cuts a longer one."""
MAX_TOP_K = 10_000


def check_chunks(chunks: Sequence[IndexedChunk], dimension: int) -> None:
    """Raise `VectorIndexRejected` for a chunk that no store can keep: a vector of another length, or of zeros, or with
    a number that is none; text that is not valid Unicode; two chunks with one id."""
    seen: set[str] = set()
    for chunk in chunks:
        if chunk.id in seen:
            raise VectorIndexRejected(f"{chunk.id}: the id occurs twice in one call")
        seen.add(chunk.id)
        _check_vector(chunk.vector, dimension, chunk.id)
        for text in (chunk.text, chunk.title, chunk.heading, chunk.keywords):
            _check_text(text, chunk.id)


def check_query(vector: Sequence[float], dimension: int, top_k: int) -> None:
    """Raise `VectorIndexRejected` for a query that no store can answer."""
    check_top_k(top_k)
    _check_vector(vector, dimension, "the query")


def check_top_k(top_k: int) -> None:
    """Raise `VectorIndexRejected` for a number of hits that no store gives."""
    if not 1 <= top_k <= MAX_TOP_K:
        raise VectorIndexRejected(f"top_k is {top_k}, it must be 1 to {MAX_TOP_K}")


def check_terms(terms: Sequence[str]) -> None:
    """Raise `VectorIndexRejected` for a term that a store could take for anything but one word."""
    for term in terms:
        if not term or len(term) > MAX_TERM_CHARACTERS or not (term.isalnum() or all(map(_is_of_a_word, term))):
            raise VectorIndexRejected(f"{term!r} is no term of 1 to {MAX_TERM_CHARACTERS} letters and digits")


def _is_of_a_word(character: str) -> bool:
    # Vowel signs of Indian scripts are marks, and some letters count as symbols.
    return character.isalnum() or not (character.isascii() or unicodedata.category(character)[0] in "CPZ")


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    """The cosine similarity of two vectors, neither of zeros."""
    product = math.fsum(a * b for a, b in zip(one, other, strict=True))
    return max(-1.0, min(1.0, product / (math.hypot(*one) * math.hypot(*other))))


def encode_metadata(chunk: IndexedChunk) -> str:
    """The metadata as JSON, which keeps what a store's own types would not: an integer stays one, a float too.

    Raises `VectorIndexRejected` for what JSON or the stores cannot hold.
    """
    for key, value in chunk.metadata.items():
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise VectorIndexRejected(f"{chunk.id}: metadata {key!r}: the number needs more than 64 bits")
    try:
        encoded = json.dumps(chunk.metadata, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError as error:
        raise VectorIndexRejected(f"{chunk.id}: metadata: {error}") from error
    _check_text(encoded, chunk.id)
    return encoded


def decode_metadata(encoded: str) -> Metadata:
    """The metadata that `encode_metadata` wrote."""
    metadata: Metadata = json.loads(encoded)
    return metadata


def vector_fault(vector: Sequence[float], dimension: int) -> str | None:
    """Why no store can keep the vector; none if each can."""
    if len(vector) != dimension:
        return f"the vector has {len(vector)} numbers, the index takes {dimension}"
    if not all(map(math.isfinite, vector)):
        return "the vector holds a number that is not finite"
    if not any(vector):
        return "the vector is all zeros and has no direction"
    return None


def _check_vector(vector: Sequence[float], dimension: int, name: str) -> None:
    fault = vector_fault(vector, dimension)
    if fault is not None:
        raise VectorIndexRejected(f"{name}: {fault}")


def _check_text(text: str | None, name: str) -> None:
    """Refuse a lone surrogate, which JSON can spell and UTF-8 cannot."""
    try:
        (text or "").encode()
    except UnicodeEncodeError as error:
        raise VectorIndexRejected(f"{name}: {error}") from error
