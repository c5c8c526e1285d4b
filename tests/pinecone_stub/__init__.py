"""A server that speaks Pinecone's wire format (API version 2026-07), for tests and for the stack on one machine.

The real SDK talks to it over plain HTTP on the loopback. It keeps everything in memory, ranks by real cosine similarity
and BM25, refuses what Pinecone refuses, and can be told to fail: see `faults.py` and the admin routes in `server.py`.
`python -m tests.pinecone_stub --port 0` runs it as a process and prints its URL.

What it knows of Pinecone is from the published OpenAPI files of 2026-07 and the SDK's own models.
"""

from tests.pinecone_stub.faults import Fault
from tests.pinecone_stub.server import DEFAULT_API_KEY, PineconeStub

__all__ = ["DEFAULT_API_KEY", "Fault", "PineconeStub"]
