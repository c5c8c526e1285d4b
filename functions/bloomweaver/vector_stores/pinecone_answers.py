"""The types of the SDK's answers, looked into before threads do.

The SDK reads answers with msgspec, which looks into a type when it is first used. Version 0.22 ends the process if two
threads do that at the same time: one finds what the other has begun, and no more (`segfault at 0` in `_core`). The legs
of the first search of a process are such threads, and so are the fetches of its texts.
"""

from contextlib import suppress


def look_into_types() -> None:
    """Have msgspec look into every type that an answer about documents is read as. To be called by one thread."""
    from pinecone import ResponseParsingError
    from pinecone._internal.adapters import documents_adapter
    from pinecone._internal.adapters._decode import decode_response

    for each in vars(documents_adapter).values():
        if isinstance(each, type) and hasattr(each, "__struct_fields__"):
            with suppress(ResponseParsingError):  # it is none, but by then msgspec knows what would be
                decode_response(b"null", each)
