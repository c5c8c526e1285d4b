"""Paths of states: the name of each with those of the Parallel and Map states that it is in, with `/` between them."""


def path_in(container: str | None, name: str) -> str:
    """The path of a state within the one of that path; none is the machine itself."""
    escaped = name.replace("~", "~0").replace("/", "~1")
    return escaped if container is None else f"{container}/{escaped}"
