"""Vector indexes: the card of each, and the store behind it."""
