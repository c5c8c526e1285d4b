"""What can go wrong with the one-machine stack, in words that say what to do."""


class StackError(Exception):
    """The stack cannot be started, stopped or used. The message is for the user."""
