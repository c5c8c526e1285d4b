"""These tests compare with sentence-transformers on torch: `make test-parity` installs it and runs them."""

from importlib.util import find_spec

# A newcomer's environment does without gigabytes.
collect_ignore_glob = [] if find_spec("torch") else ["test_*.py"]
