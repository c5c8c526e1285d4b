"""Sources: what documents were made of, kept for as long as they are served.

`contents` finds what a version is cut from, `keeping` what an earlier operation can be accepted again with and gives a
source to documents that have none, `reading` hands a source out.
"""
