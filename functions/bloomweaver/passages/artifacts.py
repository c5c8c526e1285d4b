"""The pipeline's intermediate files in the artifacts bucket: JSON lines, one chunk a line."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from bloomweaver import keys
from bloomweaver.errors import ArtifactsExpired, ArtifactsInconsistent, ObjectMissing
from bloomweaver.models.chunk import Chunk, EmbeddedChunk, Passage
from bloomweaver.models.dead_letter import VersionArtifacts
from bloomweaver.ports import Objects

REUSED = "reused"
"""The name of the batch that holds the chunks whose vectors were taken from the version before."""

Line = TypeVar("Line", bound=Passage)


def write_chunks(objects: Objects, doc_hash: str, version: int, index: str, chunks: Sequence[Chunk]) -> None:
    """Store the chunks of a version for an index."""
    objects.put(keys.chunks_key(doc_hash, version, index), _to_lines(chunks))


def read_chunks(objects: Objects, doc_hash: str, version: int, index: str) -> list[Chunk]:
    """The chunks of a version for an index, in order. Raises `ObjectMissing`."""
    return _from_lines(Chunk, objects.get(keys.chunks_key(doc_hash, version, index)))


def passage_lines(passages: Sequence[Passage]) -> bytes:
    """The passages of a document as they are kept as its source."""
    return _to_lines(passages)


def passages_in(data: bytes) -> list[Passage]:
    """The passages of such a source, in order."""
    return _from_lines(Passage, data)


def write_vectors(
    objects: Objects, doc_hash: str, version: int, index: str, batch: int | str, chunks: Sequence[EmbeddedChunk]
) -> None:
    """Store a batch of chunks embedded for an index."""
    objects.put(keys.vectors_key(doc_hash, version, index, batch), _to_lines(chunks))


def read_vectors(
    objects: Objects, doc_hash: str, version: int, artifacts: VersionArtifacts
) -> Iterator[list[EmbeddedChunk]]:
    """The embedded chunks of a version, a batch at a time, so that memory does not grow with the document.

    Raises `ArtifactsExpired` where they are gone, and at the end `ArtifactsInconsistent` if those were not all chunks,
    each once: another attempt at the version may have written its own files over some.
    """
    batches: list[int | str] = [*([REUSED] if artifacts.reused else []), *artifacts.batches]
    seen: set[int] = set()
    lines = 0
    for batch in batches:
        key = keys.vectors_key(doc_hash, version, artifacts.index, batch)
        try:
            data = objects.get(key)
        except ObjectMissing as error:
            raise ArtifactsExpired(f"'{key}' is gone from the artifacts bucket; send the document again") from error
        chunks = _from_lines(EmbeddedChunk, data)
        yield chunks
        seen.update(chunk.index for chunk in chunks)
        lines += len(chunks)
    if lines != artifacts.chunk_count or seen != set(range(artifacts.chunk_count)):
        raise ArtifactsInconsistent(
            f"the vectors of version {version} are {lines} lines of {len(seen)} chunks, not {artifacts.chunk_count}"
        )


def _to_lines(chunks: Iterable[Passage]) -> bytes:
    return b"".join(chunk.model_dump_json(exclude_none=True).encode() + b"\n" for chunk in chunks)


def _from_lines(model: type[Line], data: bytes) -> list[Line]:
    # Not splitlines(): a text may hold other line separators, which JSON leaves as they are.
    return [model.model_validate_json(line) for line in data.split(b"\n") if line]
