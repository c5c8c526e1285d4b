"""The embedding service and its encoder, with the real model."""
