"""Live messages, as a client takes them: over a connection that is kept up, and without missing or repeating any."""
