"""What ends a run of the demo or the benchmark."""


class RunError(Exception):
    """The run cannot go on: the pipeline did not do in time what the next step needs. The message says what."""
