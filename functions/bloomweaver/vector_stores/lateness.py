"""How late the stores may show what was written to them."""

_SECONDS = {
    # A write is visible when it returns.
    "lancedb": 0.0,
    # Its reference of the upsert: "documents become searchable within approximately one minute". Twice that.
    "pinecone": 120.0,
}


def shows_writes_within(store: str) -> float:
    """After how many seconds a search in the store of that name has whatever was written."""
    return _SECONDS[store]
