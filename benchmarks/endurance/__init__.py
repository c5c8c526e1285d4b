"""One machine with much to do and much stored: `python -m benchmarks.endurance`."""
