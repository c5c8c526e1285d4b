"""Rebuild: the vector index made anew from the backups, without embedding.

`starting` lets one rebuild run at a time; `restorer` writes the vectors of a batch of backups, behind the fence;
`verification` goes through the records after all batches, writes what is still missing, and says what cannot be had.
"""
