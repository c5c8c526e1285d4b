"""A folder on disk and the documents that are to be the same: what differs, and what is done about it."""
