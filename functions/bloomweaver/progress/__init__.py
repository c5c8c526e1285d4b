"""How far something is: what is noted of it while it runs, and what is said of that. It is never the record."""
