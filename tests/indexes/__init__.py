"""Index cards, and documents in more than one index."""
