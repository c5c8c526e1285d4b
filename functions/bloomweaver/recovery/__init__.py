"""What failed or hangs, and how it is done again: dead letters, redrive, retry, sweep."""
