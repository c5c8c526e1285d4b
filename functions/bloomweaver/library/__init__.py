"""The library: documents in folders, listed and counted, from a table that follows their records."""
