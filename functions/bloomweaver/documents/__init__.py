"""What becomes of a document: acceptance of a request, and the record's life."""
