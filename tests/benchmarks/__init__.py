"""The benchmarks' own parts that need neither a stack nor another environment."""
