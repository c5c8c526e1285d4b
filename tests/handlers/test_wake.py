"""The Wake state's handler and its adapter, on an Auto Scaling group of moto's."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from bloomweaver.adapters.auto_scaling_group import AutoScalingGroup
from bloomweaver.errors import ConfigurationError, FleetUnavailable
from tests.handlers.conftest import REGION, LambdaContext, Services, forget, load

EVENT = {"doc_hash": "doc", "version": 1, "operation": "CREATE", "correlation_id": "c", "batch": 0}


@pytest.fixture
def scaling(services: Services, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client of Auto Scaling, where the group `fleet` stands at 0 of 4."""
    client = boto3.client("autoscaling", region_name=REGION)
    client.create_launch_configuration(LaunchConfigurationName="any", ImageId="ami-12c6146b", InstanceType="t3.micro")
    client.create_auto_scaling_group(
        AutoScalingGroupName="fleet",
        LaunchConfigurationName="any",
        MinSize=0,
        MaxSize=4,
        AvailabilityZones=[f"{REGION}a"],
    )
    monkeypatch.setenv("FLEET_GROUP", "fleet")
    forget()
    return client


def invoke() -> Any:
    return load("wake").handler(EVENT, LambdaContext())


def desired(client: Any) -> int:
    (group,) = client.describe_auto_scaling_groups(AutoScalingGroupNames=["fleet"])["AutoScalingGroups"]
    return int(group["DesiredCapacity"])


def test_a_group_at_zero_goes_to_one_and_stays_there(scaling: Any) -> None:
    assert [invoke()["state"] for _ in range(2)] == ["asleep", "up"]
    assert desired(scaling) == 1


def test_a_group_of_three_stays_at_three(scaling: Any) -> None:
    scaling.set_desired_capacity(AutoScalingGroupName="fleet", DesiredCapacity=3)
    assert invoke() == {"state": "up"}
    assert desired(scaling) == 3


def test_a_group_that_is_not_there_is_named(scaling: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEET_GROUP", "another")
    forget()
    with pytest.raises(ConfigurationError, match="'another'"):
        invoke()


@pytest.mark.parametrize(
    ("code", "status"), [("Throttling", 400), ("ScalingActivityInProgress", 400), ("ResourceContention", 500)]
)
def test_a_group_that_is_busy_may_be_woken_later(code: str, status: int) -> None:
    class Busy:
        def describe_auto_scaling_groups(self, **_: Any) -> Any:
            raise ClientError(
                {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
                "DescribeAutoScalingGroups",
            )

    with pytest.raises(FleetUnavailable, match=code):
        AutoScalingGroup(Busy(), "fleet").capacity()


def test_a_group_that_may_not_be_described_is_an_error_that_stays() -> None:
    class Denied:
        def describe_auto_scaling_groups(self, **_: Any) -> Any:
            raise ClientError(
                {"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"HTTPStatusCode": 403}},  # type: ignore[typeddict-item]
                "DescribeAutoScalingGroups",
            )

    with pytest.raises(ClientError, match="AccessDenied"):
        AutoScalingGroup(Denied(), "fleet").capacity()
