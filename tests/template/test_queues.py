"""No message is lost: each queue has its own place for what cannot be worked on, and enough time before that."""

from typing import Any

import pytest

from tests.template.template import DAY_SECONDS, Properties, function, resources, target, template, value

SQS_RETENTION_SECONDS_MAX = 14 * DAY_SECONDS
OPERATION_QUEUES = {"CreateQueue": "CreateDLQ", "UpdateQueue": "UpdateDLQ", "DeleteQueue": "DeleteDLQ"}
BRANCH_QUEUES = {"PineconeDLQ", "S3DLQ"}
CHANGES_QUEUE = "RunChangesQueue"
"""What Step Functions publishes of runs. It has no place for what cannot be worked on: a schedule makes up for it."""


def mappings() -> dict[str, Properties]:
    """The dispatch function's sources, by the queue that each reads."""
    events = function("DispatchFunction")["Events"].values()
    return {target(event["Properties"]["Queue"]): event["Properties"] for event in events if event["Type"] == "SQS"}


def test_there_are_the_queues_of_the_design_and_no_others() -> None:
    assert set(resources("AWS::SQS::Queue")) == {
        *OPERATION_QUEUES,
        *OPERATION_QUEUES.values(),
        *BRANCH_QUEUES,
        CHANGES_QUEUE,
    }
    assert set(mappings()) == set(OPERATION_QUEUES)


@pytest.mark.parametrize(("queue", "dead_letters"), OPERATION_QUEUES.items())
def test_what_never_starts_goes_to_its_operations_own_queue(queue: str, dead_letters: str) -> None:
    policy = resources("AWS::SQS::Queue")[queue]["RedrivePolicy"]
    assert target(policy["deadLetterTargetArn"]) == dead_letters
    # A receive that Lambda throttles counts, so AWS asks for five at least.
    assert value(policy["maxReceiveCount"]) >= 5
    assert template()["Parameters"]["QueueMaxReceiveCount"]["MinValue"] >= 5


def test_each_branch_has_a_queue_that_nothing_else_writes_to() -> None:
    redriven = {target(q["RedrivePolicy"]["deadLetterTargetArn"]) for q in _with("RedrivePolicy").values()}
    assert not redriven & BRANCH_QUEUES


@pytest.mark.parametrize("queue", sorted({*OPERATION_QUEUES.values(), *BRANCH_QUEUES}))
def test_a_dead_letter_is_kept_as_long_as_sqs_can(queue: str) -> None:
    assert resources("AWS::SQS::Queue")[queue]["MessageRetentionPeriod"] == SQS_RETENTION_SECONDS_MAX


@pytest.mark.parametrize("queue", sorted(resources("AWS::SQS::Queue")))
def test_every_queue_is_encrypted(queue: str) -> None:
    assert resources("AWS::SQS::Queue")[queue]["SqsManagedSseEnabled"] is True


@pytest.mark.parametrize("queue", OPERATION_QUEUES)
def test_a_message_stays_hidden_for_six_times_the_dispatch_timeout(queue: str) -> None:
    timeout = function("DispatchFunction")["Timeout"]
    assert resources("AWS::SQS::Queue")[queue]["VisibilityTimeout"] >= 6 * timeout


def test_the_dispatch_function_stops_holding_well_before_its_timeout() -> None:
    dispatch = function("DispatchFunction")
    assert float(dispatch["Environment"]["Variables"]["DISPATCH_HOLD_SECONDS"]) <= dispatch["Timeout"] / 2


@pytest.mark.parametrize("queue", OPERATION_QUEUES)
def test_a_batch_reports_the_messages_that_failed(queue: str) -> None:
    assert mappings()[queue]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@pytest.mark.parametrize("queue", OPERATION_QUEUES)
def test_the_documents_in_work_at_a_time_are_bounded(queue: str) -> None:
    mapping = mappings()[queue]
    assert 2 <= value(mapping["ScalingConfig"]["MaximumConcurrency"]) <= 1000  # what Lambda takes
    # A larger batch would need a batching window.
    assert 1 <= value(mapping["BatchSize"]) <= 10


def _with(key: str) -> dict[str, Any]:
    return {name: queue for name, queue in resources("AWS::SQS::Queue").items() if key in queue}
