"""The vectors of queries, as they are kept: by what key, and in which form. The query itself is not."""

import struct

from bloomweaver.ports import EncodedQuery
from bloomweaver.search.cached_lists import digest

VERSION = 1
"""Of the form here, and of how a model is asked. What was kept by another version is not found."""
_WINDOWS = struct.Struct("<I")
FLOAT_BYTES = 4


def key(model: str, query: str) -> str:
    """Under which the vector is kept. A model's files never change under its name."""
    return f"vector#{digest([VERSION, model, query])}"


def encode(encoded: EncodedQuery) -> bytes:
    """The vector as it is kept: in 32 bits a number, which is what models give."""
    return _WINDOWS.pack(encoded.windows) + struct.pack(f"<{len(encoded.vector)}f", *encoded.vector)


def decode(data: bytes) -> EncodedQuery:
    """The vector that `encode` was given. Raises `ValueError` for what has not its form."""
    floats, left = divmod(len(data) - _WINDOWS.size, FLOAT_BYTES)
    if floats < 1 or left:
        raise ValueError(f"{len(data)} bytes are no vector")
    return EncodedQuery(list(struct.unpack_from(f"<{floats}f", data, _WINDOWS.size)), _WINDOWS.unpack_from(data)[0])
