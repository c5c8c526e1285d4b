"""The embedding service's fleet: an EC2 Auto Scaling group."""

from typing import Any

from bloomweaver.adapters.aws_errors import transient_as
from bloomweaver.errors import ConfigurationError, FleetUnavailable
from bloomweaver.ports import FleetCapacity


class AutoScalingGroup:
    """Implements `Fleet` with an Auto Scaling client. Raises `ConfigurationError` if there is no group `name`."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

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
