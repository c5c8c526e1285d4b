"""The core of Bloomweaver: what a document, a version and a chunk is, and how an operation moves through them.

Nothing here knows a Lambda event, and nothing outside `adapters` and `vector_stores` talks to a service.
"""
