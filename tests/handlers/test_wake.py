"""The Wake state's handler and its adapter, on an Auto Scaling group of moto's."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from bloomweaver.adapters.auto_scaling_group import AutoScalingGroup
from bloomweaver.errors import ConfigurationError, FleetNeverReady, FleetUnavailable
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


def nobody() -> Any:
    raise AssertionError("no alarm is to be asked for")


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
        AutoScalingGroup(Busy(), "fleet", nobody, "").capacity()


def test_a_group_that_may_not_be_described_is_an_error_that_stays() -> None:
    class Denied:
        def describe_auto_scaling_groups(self, **_: Any) -> Any:
            raise ClientError(
                {"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"HTTPStatusCode": 403}},  # type: ignore[typeddict-item]
                "DescribeAutoScalingGroups",
            )

    with pytest.raises(ClientError, match="AccessDenied"):
        AutoScalingGroup(Denied(), "fleet", nobody, "").capacity()


# Instances that never become ready -----------------------------------------------------------------------------------

NOW = datetime.now(UTC)
DEPLOYED = "deployed"


class Alarms:
    """A client of CloudWatch with one alarm: what happened to it, and how long ago. `DEPLOYED` is its deployment."""

    def __init__(self, *changes: tuple[timedelta, str]) -> None:
        self._changes = sorted(((NOW - ago, change) for ago, change in changes), reverse=True)

    def describe_alarm_history(self, **request: Any) -> Any:
        assert (request["AlarmName"], request["ScanBy"]) == ("never-ready", "TimestampDescending")
        within = [change for when, change in self._changes if request["StartDate"] <= when <= request["EndDate"]]
        return {"AlarmHistoryItems": [self._item(change) for change in within]}

    def _item(self, change: str) -> Any:
        if change == DEPLOYED:
            return {"HistoryItemType": "ConfigurationUpdate", "HistoryData": "{}"}
        data = json.dumps({"newState": {"stateValue": change}})
        return {"HistoryItemType": "StateUpdate" if change in ("OK", "ALARM") else "Action", "HistoryData": data}


def never_ready(alarms: Alarms) -> bool:
    return AutoScalingGroup(None, "fleet", lambda: alarms, "never-ready").never_ready()


HOUR = timedelta(hours=1)


def test_a_fleet_whose_alarm_went_off_never_becomes_ready_until_it_is_deployed_anew() -> None:
    went_off = ((2 * HOUR, DEPLOYED), (HOUR, "ALARM"), (HOUR, "the policy ran"), (HOUR / 2, "OK"))
    assert never_ready(Alarms(*went_off))
    assert not never_ready(Alarms(*went_off, (HOUR / 4, DEPLOYED)))
    assert never_ready(Alarms(*went_off, (HOUR / 4, DEPLOYED), (HOUR / 8, "ALARM")))


def test_it_is_tried_again_after_some_hours() -> None:
    assert not never_ready(Alarms((4 * HOUR, "ALARM"), (3.9 * HOUR, "OK")))


def test_an_alarm_that_never_went_off_says_nothing() -> None:
    assert not never_ready(Alarms((HOUR, "OK")))
    assert not AutoScalingGroup(None, "fleet", nobody, "").never_ready()


def test_the_wake_function_says_so_and_wakes_nothing(
    scaling: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(AutoScalingGroup, "never_ready", lambda _: True)
    handler = load("wake").handler
    with pytest.raises(FleetNeverReady):
        handler(EVENT, LambdaContext())
    assert '"FleetNeverReady":[1.0]' in capsys.readouterr().out
    assert desired(scaling) == 0
