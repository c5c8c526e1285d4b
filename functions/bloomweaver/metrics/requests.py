"""What the route about figures is asked with."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MINUTES_MAX = 24 * 60


class SummaryRequest(BaseModel):
    """The query parameters of GET /metrics/summary."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    minutes: Annotated[int, Field(ge=1, le=MINUTES_MAX)] = 60
    """How far back series go. Up to 180 they have a point each minute, else one each five."""
