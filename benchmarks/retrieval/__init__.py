"""How well search finds: sets of queries with what is relevant to them, metrics, and what each mode reaches."""
