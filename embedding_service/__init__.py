"""The embedding service: texts in, vectors out, over HTTP. `python -m embedding_service` starts it."""
