"""Who may do what only one may do at a time."""

from pydantic import BaseModel, ConfigDict


class Lock(BaseModel):
    """A lock as it is held. It is given up by whoever finds that its holder has ended."""

    model_config = ConfigDict(frozen=True)

    name: str
    holder: str
    since: str
    """In the form of `Clock`."""
