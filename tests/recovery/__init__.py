"""Dead letters, their redrive, and what it makes of a record."""
