"""What becomes of a document: what is accepted, and the life of its record."""
