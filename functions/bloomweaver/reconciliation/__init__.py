"""Reconciliation: records, vector index, backups and lists compared in both directions, page by page, and repaired.

The records say what has to be there. `gaps` goes from them to the stores and finds what is missing; `leftovers` goes
from the stores to the records and finds what nobody knows of; `repairs` mends both. `listing_gaps` and
`listing_leftovers` do that for the lists of documents, and `folder_counts` for the numbers of folders. Nothing is
called wrong that is merely in motion: a document that an operation is under way on, that was changed a moment ago, or
that changed while it was looked at, is left for the next time.
"""
