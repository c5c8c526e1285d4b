"""Why containers cannot run on this machine."""


class ContainersUnavailable(Exception):
    """Containers cannot run here. The message says why, in words for the person who asked for them."""
