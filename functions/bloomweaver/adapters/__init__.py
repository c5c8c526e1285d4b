"""The only modules that talk to AWS and to the embedding service; each implements a port."""
