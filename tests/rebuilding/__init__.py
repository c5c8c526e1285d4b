"""The vector index from the backups."""
