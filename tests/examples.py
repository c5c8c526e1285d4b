"""How many examples a property test tries, where it is not as many as hypothesis takes by itself."""

import os

CHECK_EXAMPLES = 10
"""At most, in `make check`."""


def examples(number: int) -> int:
    """That many; fewer in `make check`, which leaves most of them to `make test`."""
    return min(number, CHECK_EXAMPLES) if is_check() else number


def is_check() -> bool:
    """Whether these are the tests of `make check`."""
    return os.environ.get("HYPOTHESIS_PROFILE") == "check"
