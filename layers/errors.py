"""What building a layer raises on purpose."""


class LayerError(Exception):
    """A layer cannot be built. The message says why."""
