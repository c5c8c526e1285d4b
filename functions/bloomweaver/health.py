"""What GET /health answers."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Health(BaseModel):
    """That the API is up. No other service is looked at."""

    model_config = ConfigDict(frozen=True)

    status: Literal["ok"] = "ok"
    model: str
    """The embedding model of the deployment."""
    vector_store: str
