"""A folder is moved, or deleted with all in it: a run that goes through its documents, each by the usual way."""
