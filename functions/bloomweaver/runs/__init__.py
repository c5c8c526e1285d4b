"""Runs: what each execution of the state machines did, listed from a table and told from its history."""
