"""Wake: have a fleet that sleeps start its first instance."""

from enum import StrEnum

from bloomweaver.errors import FleetNeverReady, FleetSwitchedOff
from bloomweaver.ports import Fleet


class Found(StrEnum):
    """What a wake found. Only a fleet that was asleep is changed."""

    NONE = "none"
    """There is no fleet: the embedding service is somebody else's."""
    ASLEEP = "asleep"
    """It stood at zero, and was asked for one instance."""
    STARTING = "starting"
    """Instances were asked for before, and none is in service yet."""
    UP = "up"
    """An instance is in service. It may still be loading its model."""


def wake(fleet: Fleet | None) -> Found:
    """Ask for one instance if the fleet stands at zero.

    Raises `FleetSwitchedOff`, `FleetNeverReady` where another instance would only be the next that does not come up,
    and what `Fleet` raises.

    Calls at the same time may each find it at zero, and each ask for one: that is still one. Nothing else asks for more
    before an instance is in service, which takes longer than a call lives, so that no call takes anything away.
    """
    if fleet is None:
        return Found.NONE
    capacity = fleet.capacity()
    if capacity.desired:
        return Found.UP if capacity.in_service else Found.STARTING
    if capacity.maximum < 1:
        raise FleetSwitchedOff("the fleet's group has a maximum of 0: it may start no instance")
    if fleet.never_ready():
        raise FleetNeverReady(
            "none of the fleet's instances became ready: look at its image and its log, deploy what mends them, or "
            "start an instance by hand"
        )
    fleet.ask_for(1)
    return Found.ASLEEP
