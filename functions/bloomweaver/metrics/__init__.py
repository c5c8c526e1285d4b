"""Figures of now: which there are, and how series are made of what CloudWatch has."""
