"""The prices, from `prices.toml`."""

import tomllib
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

FILE = Path(__file__).with_name("prices.toml")


class Price(BaseModel):
    """What one unit costs, in US dollars."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    price: float = Field(ge=0)
    unit: str
    date: str | date
    """When it was seen to be in force."""
    source: str = Field(pattern="^https://")


class ModelPrice(BaseModel):
    """What a million tokens of a model cost, in US dollars."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    """As people know it, with where it is."""
    read: float = Field(ge=0)
    written: float = Field(ge=0)
    date: str | date
    """When it was seen to be in force."""
    source: str = Field(pattern="^https://")


class Prices(BaseModel):
    """Every price that the model takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    region: str
    step_functions_transition: Price
    step_functions_express_request: Price
    step_functions_express_gb_second: Price
    lambda_request: Price
    lambda_gb_second: Price
    api_request: Price
    websocket_message: Price
    websocket_minute: Price
    sqs_request: Price
    dynamodb_write_unit: Price
    dynamodb_read_unit: Price
    dynamodb_gb_month: Price
    dynamodb_pitr_gb_month: Price
    s3_write_request: Price
    s3_read_request: Price
    s3_gb_month: Price
    logs_gb: Price
    alarm_month: Price
    dashboard_month: Price
    metric_month: Price
    metric_read: Price
    secret_month: Price
    trace: Price
    instance_hour: Price
    load_balancer_hour: Price
    interface_endpoint_hour: Price
    public_address_hour: Price
    nat_gateway_hour: Price
    disk_gb_month: Price
    pinecone_write_unit: Price
    pinecone_read_unit: Price
    pinecone_gb_month: Price
    pinecone_minimum_month: Price
    models: dict[str, ModelPrice]
    """By what `GeneratorModel` calls them."""

    def each(self) -> dict[str, Price]:
        """The prices by name."""
        return {name: value for name in type(self).model_fields if isinstance(value := getattr(self, name), Price)}


def read_prices() -> Prices:
    """The prices of the file. Raises pydantic's `ValidationError` where one is missing or not as it should be."""
    return Prices.model_validate(tomllib.loads(FILE.read_text()))
