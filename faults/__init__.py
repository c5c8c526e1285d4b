"""The fault run: a seeded workload on the whole stack while everything around it fails, held against a model."""
