"""The embedding service's fleet: an EC2 Auto Scaling group, and the alarm that tells that it never becomes ready."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from bloomweaver.adapters.aws_errors import transient_as
from bloomweaver.errors import ConfigurationError, FleetUnavailable
from bloomweaver.ports import FleetCapacity

NEVER_READY_SECONDS = 3 * 60 * 60
"""How long nothing is tried again after that, unless another fleet is deployed."""


class AutoScalingGroup:
    """Implements `Fleet` with clients of Auto Scaling and CloudWatch.

    Raises `ConfigurationError` if there is no group `name`. `alarms` is only asked for where the group stands at zero.
    """

    def __init__(self, client: Any, name: str, alarms: Callable[[], Any], never_ready_alarm: str) -> None:
        self._client = client
        self._name = name
        self._alarms = alarms
        self._never_ready_alarm = never_ready_alarm

    def capacity(self) -> FleetCapacity:
        """See `Fleet`."""
        with transient_as(FleetUnavailable, "describing the fleet's group"):
            groups = self._client.describe_auto_scaling_groups(AutoScalingGroupNames=[self._name])["AutoScalingGroups"]
        if not groups:
            raise ConfigurationError(f"there is no Auto Scaling group '{self._name}'")
        group = groups[0]
        return FleetCapacity(
            desired=group["DesiredCapacity"],
            maximum=group["MaxSize"],
            in_service=sum(instance["LifecycleState"] == "InService" for instance in group.get("Instances", ())),
        )

    def ask_for(self, instances: int) -> None:
        """See `Fleet`."""
        with transient_as(FleetUnavailable, "setting the fleet's desired capacity"):
            # A cooldown would have a wake wait that comes soon after the fleet fell asleep.
            self._client.set_desired_capacity(
                AutoScalingGroupName=self._name, DesiredCapacity=instances, HonorCooldown=False
            )

    def never_ready(self) -> bool:
        """See `Fleet`. The alarm's description names what is deployed: its history has what changes that."""
        if not self._never_ready_alarm:
            return False
        now = datetime.now(UTC)
        with transient_as(FleetUnavailable, "looking at the fleet's alarm"):
            history = self._alarms().describe_alarm_history(
                AlarmName=self._never_ready_alarm,
                StartDate=now - timedelta(seconds=NEVER_READY_SECONDS),
                EndDate=now,
                ScanBy="TimestampDescending",
            )["AlarmHistoryItems"]
        latest = next((item for item in history if _is_change(item)), None)
        return latest is not None and latest["HistoryItemType"] == "StateUpdate"


def _is_change(item: dict[str, Any]) -> bool:
    """Whether the alarm went off then, or was deployed anew."""
    if item["HistoryItemType"] == "StateUpdate":
        return bool(json.loads(item["HistoryData"])["newState"]["stateValue"] == "ALARM")
    return bool(item["HistoryItemType"] == "ConfigurationUpdate")
