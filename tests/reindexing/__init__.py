"""Documents moved to the index of another model or chunking."""
