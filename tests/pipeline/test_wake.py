"""The wake: what it does about a fleet in each state, and that calls at once take nothing away."""

import pytest

from bloomweaver.errors import FleetNeverReady, FleetSwitchedOff
from bloomweaver.pipeline.wake import Found, wake
from bloomweaver.ports import FleetCapacity
from tests.fakes import MemoryFleet


def test_a_fleet_that_sleeps_is_asked_for_one_instance() -> None:
    fleet = MemoryFleet()
    assert wake(fleet) is Found.ASLEEP
    assert fleet.asked == [1]


@pytest.mark.parametrize(
    ("desired", "in_service", "found"),
    [(1, 0, Found.STARTING), (1, 1, Found.UP), (3, 0, Found.STARTING), (3, 2, Found.UP)],
)
def test_a_fleet_that_is_not_at_zero_is_left_as_it_is(desired: int, in_service: int, found: Found) -> None:
    fleet = MemoryFleet(desired=desired, in_service=in_service)
    assert wake(fleet) is found
    assert (fleet.desired, fleet.asked) == (desired, [])


def test_a_fleet_whose_last_instance_is_ending_is_asked_for_another() -> None:
    fleet = MemoryFleet(desired=0, in_service=1)
    assert wake(fleet) is Found.ASLEEP
    assert fleet.asked == [1]


def test_many_wakes_ask_once() -> None:
    fleet = MemoryFleet()
    assert [wake(fleet) for _ in range(5)] == [Found.ASLEEP, *[Found.STARTING] * 4]
    assert fleet.asked == [1]


def test_wakes_that_both_found_zero_leave_one() -> None:
    class Overtaken(MemoryFleet):
        """Another wake comes between this one's look and its request."""

        def capacity(self) -> FleetCapacity:
            seen = super().capacity()
            if not self.asked:
                super().ask_for(1)
            return seen

    fleet = Overtaken()
    assert wake(fleet) is Found.ASLEEP
    assert (fleet.desired, fleet.asked) == (1, [1, 1])


def test_a_fleet_that_may_have_no_instance_is_said_to_be_switched_off() -> None:
    fleet = MemoryFleet(maximum=0)
    with pytest.raises(FleetSwitchedOff, match="maximum of 0"):
        wake(fleet)
    assert fleet.asked == []


def test_a_fleet_whose_instances_never_become_ready_is_not_woken_again() -> None:
    fleet = MemoryFleet(broken=True)
    with pytest.raises(FleetNeverReady, match="image"):
        wake(fleet)
    assert fleet.asked == []


def test_one_that_somebody_started_by_hand_is_waited_for_all_the_same() -> None:
    assert wake(MemoryFleet(desired=1, broken=True)) is Found.STARTING


def test_without_a_fleet_nothing_is_woken() -> None:
    assert wake(None) is Found.NONE
