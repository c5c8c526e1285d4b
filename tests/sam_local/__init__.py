"""Tests of `make sam-local`; the containers themselves are run by the command."""
