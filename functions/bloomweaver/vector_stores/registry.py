"""The vector stores by name. A new store is one module beside this one and one line in `_STORES`."""

from collections.abc import Callable
from dataclasses import dataclass

from bloomweaver.errors import ConfigurationError
from bloomweaver.vector_stores.base import VectorStore
from bloomweaver.vector_stores.lance import LanceStore
from bloomweaver.vector_stores.pinecone_documents import PineconeStore

QUIET_SECONDS = 2.0
"""How long nobody writes to a LanceDB table before it is cleared up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorStoreSettings:
    """What the stores have to be told, as plain values. Each store reads its own part.

    `vector_store` is the store's name, `dimension` the length of a vector, `index_name` the name of the index or table.
    `timeout_seconds` bounds one request, or the wait for another process. `pinecone_host` is the URL of the control
    plane where it is not Pinecone's own (a stub, a gateway); `pinecone_api_key` is the key, or what returns it
    and is asked before each call, since keys change; `pinecone_index_host` saves the request that asks it for the
    index's host; `pinecone_cloud` and `pinecone_region` are where the index is created and has to be.
    """

    vector_store: str
    dimension: int
    index_name: str = "bloomweaver"
    timeout_seconds: float = 10.0
    lancedb_uri: str = ""
    pinecone_api_key: str | Callable[[], str] = ""
    pinecone_namespace: str = "__default__"
    pinecone_host: str = ""
    pinecone_index_host: str = ""
    pinecone_cloud: str = "aws"
    pinecone_region: str = "us-east-1"


def _lancedb(settings: VectorStoreSettings) -> VectorStore:
    return LanceStore(
        uri=_required("lancedb", "lancedb_uri", settings.lancedb_uri),
        table=settings.index_name,
        dimension=settings.dimension,
        timeout_seconds=settings.timeout_seconds,
        clears_up_after_seconds=QUIET_SECONDS,
    )


def _pinecone(settings: VectorStoreSettings) -> VectorStore:
    key = settings.pinecone_api_key
    fixed = "" if callable(key) else _required("pinecone", "pinecone_api_key", key)
    return PineconeStore(
        api_key=key if callable(key) else lambda: fixed,
        index_name=settings.index_name,
        dimension=settings.dimension,
        namespace=settings.pinecone_namespace,
        index_host=settings.pinecone_index_host,
        control_url=settings.pinecone_host,
        cloud=settings.pinecone_cloud,
        region=settings.pinecone_region,
        timeout_seconds=settings.timeout_seconds,
    )


_STORES: dict[str, Callable[[VectorStoreSettings], VectorStore]] = {
    "lancedb": _lancedb,
    "pinecone": _pinecone,
}


def open_vector_store(settings: VectorStoreSettings) -> VectorStore:
    """The store that the settings name. Opens no connection and imports no SDK; the store's first call does.

    Raises `ConfigurationError` for a name that no store has, or a setting that the store needs and that is empty.
    """
    factory = _STORES.get(settings.vector_store)
    if factory is None:
        raise ConfigurationError(f"there is no vector store {settings.vector_store!r}: use one of {', '.join(_STORES)}")
    return factory(settings)


def _required(store: str, name: str, value: str) -> str:
    if not value:
        raise ConfigurationError(f"the vector store {store!r} needs the setting {name}")
    return value
