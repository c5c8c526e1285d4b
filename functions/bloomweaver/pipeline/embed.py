"""Embed: one batch of a version's chunks to vectors."""

from bloomweaver.errors import EmbeddingRejected, ModelChanged
from bloomweaver.models.chunk import EmbeddedChunk
from bloomweaver.models.index_card import IndexSettings
from bloomweaver.passages import artifacts
from bloomweaver.ports import Embedder, Objects


def embed(
    objects: Objects,
    embedder: Embedder,
    *,
    doc_hash: str,
    version: int,
    batch: int,
    model: str,
    index: str,
    settings: IndexSettings,
    request_size: int,
) -> int:
    """Embed batch `batch`, `request_size` texts a request, and store the vectors. Returns how many.

    `model` and `index` are those of the run, `settings` those of this deployment. Raises the embedder's errors,
    `ModelChanged` where the run has another model, and `EmbeddingRejected` where a vector has another dimension than
    the index.
    """
    if model != settings.model:
        raise ModelChanged(f"the run was begun for the model '{model}', this deployment has '{settings.model}'")
    dimension = settings.dimension
    chunks = [chunk for chunk in artifacts.read_chunks(objects, doc_hash, version, index) if chunk.batch == batch]
    embedded: list[EmbeddedChunk] = []
    for start in range(0, len(chunks), request_size):
        part = chunks[start : start + request_size]
        for chunk, vector in zip(part, embedder.embed([chunk.text for chunk in part]).vectors, strict=True):
            if len(vector) != dimension:
                raise EmbeddingRejected(
                    f"the embedding service answers with {len(vector)} dimensions, the vector index has {dimension}"
                )
            embedded.append(EmbeddedChunk(**chunk.model_dump(), vector=vector))
    artifacts.write_vectors(objects, doc_hash, version, index, batch, embedded)
    return len(embedded)
