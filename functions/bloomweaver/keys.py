"""Ids and object keys, and what a document's and an index's name may be. All keys are computed from a document, a
version and a count.

Only the comparison of what is stored with the records goes the other way, from listed ids to what they are of.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import NamedTuple

EXECUTION_NAME_LIMIT = 80  # Step Functions: an execution's name ends at 80 characters.
_EXECUTION_NAME = re.compile(r"""[^\s<>{}\[\]?*"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]{1,80}""")

DOC_HASH = r"[A-Za-z0-9_-]{1,128}"
"""What a document's id may be."""
DOC_HASH_RULE = "it has 1 to 128 letters, digits, '_' and '-'"
INDEX_NAME = r"[A-Za-z0-9][A-Za-z0-9_-]{0,44}"
"""What an index's name may be: Pinecone takes no longer one."""
INDEX_NAME_RULE = "it has 1 to 45 letters, digits, '_' and '-', and begins with a letter or digit"
_CHUNK_ID = r"v([0-9]{6,12})-([0-9]{5,9})"
_VECTOR_ID = re.compile(f"({DOC_HASH})#{_CHUNK_ID}")
_BACKUP_KEY = re.compile(rf"({DOC_HASH})/{_CHUNK_ID}\.json")
_SOURCE_KEY = re.compile(rf"({DOC_HASH})/v([0-9]{{6,12}})/((?:passages-)?[0-9a-f]{{64}})")


class ChunkPlace(NamedTuple):
    """What a vector's id or a backup's key says of the chunk."""

    doc_hash: str
    version: int
    number: int


def is_doc_hash(name: str) -> bool:
    """Whether a document may have this id."""
    return re.fullmatch(DOC_HASH, name) is not None


def is_index_name(name: str) -> bool:
    """Whether an index may have this name."""
    return re.fullmatch(INDEX_NAME, name) is not None


class SourcePlace(NamedTuple):
    """What a source's key says of it."""

    doc_hash: str
    version: int
    name: str


def chunk_id(version: int, index: int) -> str:
    """The id of chunk `index` (from 0) of `version`."""
    return f"v{version:06d}-{index:05d}"


def vector_id(doc_hash: str, version: int, index: int) -> str:
    """The id of a chunk's vector in the vector index."""
    return f"{doc_hash}#{chunk_id(version, index)}"


def vector_ids(doc_hash: str, version: int, chunk_count: int) -> Iterator[str]:
    """The ids of all vectors of a version, in the order of its chunks."""
    return (vector_id(doc_hash, version, index) for index in range(chunk_count))


def raw_key(doc_hash: str, body_sha256: str) -> str:
    """Where the webhook's body lies in the artifacts bucket.

    By content and not by version: two requests that race for one version cannot overwrite each other's body.
    """
    return f"raw/{doc_hash}/{body_sha256}"


def holds_passages(place: str) -> bool:
    """Whether what lies under a key, or is a source of this name, is a document's passages and not its content.

    Bodies of this kind were written by a reindex of before sources were kept.
    """
    return place.rpartition("/")[2].startswith("passages-")


def source_name(sha256: str, *, passages: bool = False) -> str:
    """What a source is called, by the digest of its bytes: a content as it was sent, or the passages left of it."""
    return f"passages-{sha256}" if passages else sha256


def source_key(doc_hash: str, version: int, name: str) -> str:
    """Where the source of a version lies in the sources bucket.

    By version, so that the removal of one can never meet the write of another, and by content digest.
    """
    return f"{doc_hash}/v{version:06d}/{name}"


def chunks_key(doc_hash: str, version: int, index: str) -> str:
    """Where a version's chunks lie in the artifacts bucket, a JSON line each.

    By index: an attempt before a deployment and one after it may cut the version into other chunks.
    """
    return f"chunks/{doc_hash}/{version}/{index}.jsonl"


def vectors_key(doc_hash: str, version: int, index: str, batch: int | str) -> str:
    """Where a batch of chunks embedded for an index lies in the artifacts bucket, a JSON line each."""
    return f"vectors/{doc_hash}/{version}/{index}/{batch}.jsonl"


def backup_key(doc_hash: str, version: int, index: int) -> str:
    """Where a chunk's backup lies in the backups bucket."""
    return f"{doc_hash}/{chunk_id(version, index)}.json"


def vector_place(id_: str) -> ChunkPlace | None:
    """What a vector's id is of; none for an id that Bloomweaver never gave."""
    place = _place(_VECTOR_ID.fullmatch(id_))
    return place if place and vector_id(*place) == id_ else None


def backup_place(key: str) -> ChunkPlace | None:
    """What a backup's key is of; none for a key that Bloomweaver never gave."""
    place = _place(_BACKUP_KEY.fullmatch(key))
    return place if place and backup_key(*place) == key else None


def source_place(key: str) -> SourcePlace | None:
    """What a source's key is of; none for a key that Bloomweaver never gave."""
    match = _SOURCE_KEY.fullmatch(key)
    place = SourcePlace(match[1], int(match[2]), match[3]) if match else None
    return place if place and source_key(*place) == key else None


def report_key(reconciliation: str) -> str:
    """Where the report of a reconciliation lies in the artifacts bucket."""
    return f"reports/reconcile/{reconciliation}/report.json"


def reindex_report_key(reindex: str) -> str:
    """Where the report of a reindex lies in the artifacts bucket."""
    return f"reports/reindex/{reindex}.json"


def folder_report_key(change: str) -> str:
    """Where the report of a folder's change lies in the artifacts bucket."""
    return f"reports/folders/{change}.json"


def findings_key(reconciliation: str, part: int) -> str:
    """Where part `part` (from 1) of its findings lies."""
    return f"reports/reconcile/{reconciliation}/findings-{part:05d}.json"


def tally_key(reconciliation: str, number: int) -> str:
    """Where it has noted for the time `number` (from 1) how many documents it counted in folders."""
    return f"reports/reconcile/{reconciliation}/folders-{number:05d}.json"


def rebuild_report_key(rebuild: str) -> str:
    """Where the report of a rebuild lies in the artifacts bucket."""
    return f"reports/rebuild/{rebuild}/report.json"


def rebuild_batches_prefix(rebuild: str) -> str:
    """What the keys of the reports of its batches begin with."""
    return f"reports/rebuild/{rebuild}/batches/"


def rebuild_batch_key(rebuild: str, first: str) -> str:
    """Where the report of the batch lies that begins with the backup `first`: the same each time it is repeated."""
    return f"{rebuild_batches_prefix(rebuild)}{hashlib.sha256(first.encode()).hexdigest()}.json"


def is_execution_name(name: str) -> bool:
    """Whether Step Functions takes this for a name. An ARN with another one could be of something else."""
    return _EXECUTION_NAME.fullmatch(name) is not None


def execution_name(doc_hash: str, version: int, attempt: int = 0) -> str:
    """The name of the execution that is attempt `attempt` at `version`: the same for every delivery of its message.

    A name that Step Functions would refuse as too long keeps its start and ends in a digest of the whole `doc_hash`.
    """
    number = f"{version}-r{attempt}" if attempt else f"{version}"
    name = f"{doc_hash}-{number}"
    if len(name) <= EXECUTION_NAME_LIMIT:
        return name
    suffix = f"-{hashlib.sha256(doc_hash.encode()).hexdigest()[:16]}-{number}"
    return doc_hash[: EXECUTION_NAME_LIMIT - len(suffix)] + suffix


def _place(match: re.Match[str] | None) -> ChunkPlace | None:
    return ChunkPlace(match[1], int(match[2]), int(match[3])) if match else None
