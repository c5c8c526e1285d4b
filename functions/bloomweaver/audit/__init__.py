"""The audit log: who asked for which change, when and from where, and what became of it."""
