"""Runs: each state machine's changes reach the table, which has an index for each kind of list."""

from typing import Any

from bloomweaver.adapters.dynamodb_runs import EVERY, partition_of
from bloomweaver.models.run import RunStatus, StateMachine
from bloomweaver.runs.ports import RunList
from tests.template.template import function, resources, statements, target, template, value

MACHINES = set(resources("AWS::Serverless::StateMachine")) - {"AnswerStateMachine"}
"""Those whose runs are listed. When somebody asked a question is the asker's alone."""
READERS = ("RunsFunction", "RunChangesFunction")
[RULE] = resources("AWS::Events::Rule").values()
[TABLE] = [table for name, table in resources("AWS::DynamoDB::Table").items() if name == "RunsTable"]
STEP_FUNCTIONS_DAYS = 90


def _source() -> dict[str, Any]:
    """The function's source of changes."""
    events = function("RunChangesFunction")["Events"].values()
    [found] = [event["Properties"] for event in events if event["Type"] == "SQS"]
    return dict(found)


def test_the_changes_of_every_state_machine_are_taken_and_no_others() -> None:
    pattern = RULE["EventPattern"]
    assert {target(arn) for arn in pattern["detail"]["stateMachineArn"]} == MACHINES
    assert {name.removesuffix("StateMachine").lower() for name in MACHINES} == {
        each.value.replace("_", "") for each in StateMachine
    }
    assert pattern["source"] == ["aws.states"]
    assert pattern["detail-type"] == ["Step Functions Execution Status Change"]
    assert "EventBusName" not in RULE  # AWS publishes on the default one


def test_a_change_goes_by_the_queue_and_what_it_says_alone() -> None:
    [to] = RULE["Targets"]
    assert target(to["Arn"]) == target(_source()["Queue"]) == "RunChangesQueue"
    assert to["InputPath"] == "$.detail"


def test_nobody_but_the_rule_may_put_a_change_into_the_queue() -> None:
    [policy] = [
        each for each in resources("AWS::SQS::QueuePolicy").values() if target(each["Queues"][0]) == "RunChangesQueue"
    ]
    [allowed] = [each for each in policy["PolicyDocument"]["Statement"] if each["Effect"] == "Allow"]
    assert allowed["Principal"] == {"Service": "events.amazonaws.com"}
    assert allowed["Action"] == "sqs:SendMessage"
    assert target(allowed["Condition"]["ArnEquals"]["aws:SourceArn"]) == "RunChangesRule"
    for name in resources("AWS::Serverless::Function"):
        for statement in statements(function(name)):
            if "sqs:SendMessage" in statement["Action"]:
                assert "RunChangesQueue" not in [target(resource) for resource in statement["Resource"]]


def test_a_batch_that_failed_comes_again_and_is_not_in_two_hands() -> None:
    source, queue = _source(), resources("AWS::SQS::Queue")["RunChangesQueue"]
    timeout = function("RunChangesFunction")["Timeout"]
    assert queue["VisibilityTimeout"] >= 6 * timeout + source["MaximumBatchingWindowInSeconds"]
    # More than 10 need a window; a run's two changes are often one write then.
    assert source["BatchSize"] > 10
    assert source["MaximumBatchingWindowInSeconds"] >= 1


def test_what_was_not_heard_of_is_looked_for_on_schedule() -> None:
    events = function("RunChangesFunction")["Events"].values()
    [schedule] = [event["Properties"]["Schedule"] for event in events if event["Type"] == "Schedule"]
    assert schedule.startswith("rate(")
    assert function("RunChangesFunction")["Timeout"] >= 2 * 20


def test_the_table_has_an_index_for_every_list() -> None:
    wanted = {
        partition_of(RunList(machine, status)) for machine in (None, *StateMachine) for status in (None, *RunStatus)
    }
    wanted.add(partition_of(RunList(doc_hash="a")))
    assert ("every", EVERY) in wanted
    indexes = {index["IndexName"]: index for index in TABLE["GlobalSecondaryIndexes"]}
    assert set(indexes) == {f"{attribute}-started_at" for attribute, _ in wanted}
    for name, index in indexes.items():
        keys = {key["KeyType"]: key["AttributeName"] for key in index["KeySchema"]}
        assert f"{keys['HASH']}-{keys['RANGE']}" == name
        assert index["Projection"] == {"ProjectionType": "ALL"}


def test_a_run_is_known_for_longer_than_step_functions_knows_it() -> None:
    assert TABLE["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    days = function("RunChangesFunction")["Environment"]["Variables"]["RUNS_KEPT_DAYS"]
    assert target(days) == "RunsKeptDays"
    assert value(days) > STEP_FUNCTIONS_DAYS
    assert template()["Parameters"]["RunsKeptDays"]["MinValue"] > STEP_FUNCTIONS_DAYS


def test_who_reads_runs_knows_every_state_machine_and_may_look_at_its_executions_alone() -> None:
    for name in READERS:
        variables = function(name)["Environment"]["Variables"]
        for machine in StateMachine:
            assert (
                target(variables[f"{machine.upper()}_STATE_MACHINE_ARN"])
                == f"{machine.title().replace('_', '')}StateMachine"
            )
        asked = [
            statement for statement in statements(function(name)) if "states:DescribeExecution" in statement["Action"]
        ]
        [statement] = asked
        executions = {resource["Fn::Sub"].rpartition(":execution:")[2] for resource in statement["Resource"]}
        assert executions == {f"${{{machine}.Name}}:*" for machine in MACHINES}
    reading = {action for statement in statements(function("RunsFunction")) for action in statement["Action"]}
    assert not any(
        action.partition(":")[2].startswith(("Start", "Stop", "Put", "Update", "Delete")) for action in reading
    )
