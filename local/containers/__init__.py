"""`make sam-local`: every function in a real container, by `sam local invoke` and `sam local start-api`.

Where Docker runs and its registry answers, these are AWS's own images. Else, on Linux as root, a daemon is started for
as long as the command takes, in namespaces of its own, with an image made from this machine's Python.
"""
