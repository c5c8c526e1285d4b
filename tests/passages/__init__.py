"""Cutting a text into passages, and taking over what has not changed."""
