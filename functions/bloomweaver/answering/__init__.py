"""How a question is answered from the documents: what is given to a generator, what becomes of its stream, and whether
what comes of it still stands. See docs/ask.md."""
