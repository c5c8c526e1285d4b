"""The definitions, run on two interpreters of the Amazon States Language with answers that the tests script."""
