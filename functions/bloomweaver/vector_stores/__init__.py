"""The vector stores: one interface, its adapters, and the filter language they share."""

from bloomweaver.vector_stores.base import Filter, VectorStore
from bloomweaver.vector_stores.filters import InvalidFilter
from bloomweaver.vector_stores.registry import VectorStoreSettings, open_vector_store

__all__ = ["Filter", "InvalidFilter", "VectorStore", "VectorStoreSettings", "open_vector_store"]
