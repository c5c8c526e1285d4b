"""Every function and every state machine logs into a group of its own that does not grow for ever."""

import pytest

from tests.template.template import resources, target, value

GROUPS = resources("AWS::Logs::LogGroup")
FUNCTION_GROUPS = {
    name: target(properties["LoggingConfig"]["LogGroup"])
    for name, properties in resources("AWS::Serverless::Function").items()
}
MACHINES = resources("AWS::Serverless::StateMachine")


def machine_group(name: str) -> str:
    (destination,) = MACHINES[name]["Logging"]["Destinations"]
    return target(destination["CloudWatchLogsLogGroup"]["LogGroupArn"])


def test_each_has_its_own_group_and_there_are_no_others() -> None:
    used = [*FUNCTION_GROUPS.values(), *map(machine_group, MACHINES)]
    assert sorted(used) == sorted(GROUPS)


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_what_is_logged_is_kept_for_a_while_and_no_longer(group: str) -> None:
    assert value(GROUPS[group]["RetentionInDays"]) >= 1


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_a_state_machine_logs_every_step_with_its_data(name: str) -> None:
    assert MACHINES[name]["Logging"]["Level"] == "ALL"
    # What an answer's run is given and makes belongs to the asker.
    assert MACHINES[name]["Logging"]["IncludeExecutionData"] is (name != "AnswerStateMachine")
    # Step Functions' resource policy grows with every group outside this prefix, until it is too long.
    assert GROUPS[machine_group(name)]["LogGroupName"]["Fn::Sub"].startswith("/aws/vendedlogs/states/")


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_a_state_machine_is_traced(name: str) -> None:
    assert MACHINES[name]["Tracing"] == {"Enabled": True}
