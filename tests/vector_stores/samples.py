"""Chunks and vectors for the tests of the vector stores."""

import zlib
from collections.abc import Sequence

import numpy as np

from bloomweaver.models.chunk import IndexedChunk, Metadata
from bloomweaver.models.folder_path import ROOT

DIMENSION = 8


def vector(seed: int, dimension: int = DIMENSION) -> list[float]:
    """A vector that is the same for the same seed, as floats of 32 bits."""
    values: list[float] = np.random.default_rng(seed).normal(size=dimension).astype(np.float32).tolist()
    return values


def chunk(
    doc_hash: str = "doc",
    index: int = 0,
    *,
    version: int = 1,
    text: str = "some text",
    values: Sequence[float] | None = None,
    title: str | None = None,
    heading: str | None = None,
    page: int | None = None,
    metadata: Metadata | None = None,
    keywords: str = "",
    folder: str = ROOT,
) -> IndexedChunk:
    """A chunk with a vector of its own, unless one is given."""
    chunk_id = f"v{version:06d}-{index:05d}"
    return IndexedChunk(
        id=f"{doc_hash}#{chunk_id}",
        doc_hash=doc_hash,
        version=version,
        chunk_id=chunk_id,
        text=text,
        vector=list(values) if values is not None else vector(zlib.crc32(f"{doc_hash}#{chunk_id}".encode())),
        title=title,
        heading=heading,
        page=page,
        metadata=metadata or {},
        keywords=keywords,
        folder=folder,
    )
