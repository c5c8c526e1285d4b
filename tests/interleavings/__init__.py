"""A model of the whole pipeline in one process: executions that take their definitions' steps in any order."""
