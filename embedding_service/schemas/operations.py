"""Bodies of the routes that a load balancer or a person who runs the service asks."""

from typing import Literal

from pydantic import BaseModel


class Health(BaseModel):
    """The answer of `GET /health` and `GET /ready`."""

    status: Literal["alive", "ready"]
