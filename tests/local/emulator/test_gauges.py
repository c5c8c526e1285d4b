"""What AWS measures by itself of queues and fleets is in the emulator's CloudWatch."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.emulator import gauges, sqs_messages
from tests.local.emulator.mortal import copy_of, open_file

URL = "http://localhost:4566/000000000000/{}"


@pytest.fixture
def sqs(tmp_path: Path) -> Iterator[Any]:
    """SQS with two queues."""
    with copy_of("sqs") as service, open_file(tmp_path) as file:
        sqs_messages.install(file)
        for name in ("one", "other"):
            ask(service, "CreateQueue", QueueName=name)
        yield service


@pytest.fixture
def cloudwatch() -> Iterator[Any]:
    with copy_of("cloudwatch") as service:
        yield service


def ask(service: Any, action: str, **request: Any) -> None:
    status, _, _ = asyncio.run(service._handle_json(action, request, "/"))
    assert status == 200


def values(cloudwatch: Any, namespace: str) -> dict[tuple[str, str], list[float]]:
    """What was sent of each metric, by its name and dimensions."""
    return {
        (name, dimensions): [point["Value"] for point in points]
        for (space, name, dimensions), points in cloudwatch._metrics.items()
        if space == namespace
    }


def test_each_queue_says_how_much_waits_and_for_how_long(
    sqs: Any, cloudwatch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        ask(sqs, "SendMessage", QueueUrl=URL.format("one"), MessageBody="m")
    ask(sqs, "ReceiveMessage", QueueUrl=URL.format("one"))
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 5)
    gauges.publish()
    sent = values(cloudwatch, "AWS/SQS")
    assert sent["ApproximateNumberOfMessagesVisible", "QueueName=one"] == [2.0]
    assert sent["ApproximateNumberOfMessagesVisible", "QueueName=other"] == [0.0]
    [age] = sent["ApproximateAgeOfOldestMessage", "QueueName=one"]
    assert age >= 5
    assert sent["ApproximateAgeOfOldestMessage", "QueueName=other"] == [0.0]


def test_a_fleet_says_how_large_it_is_and_should_be(sqs: Any, cloudwatch: Any) -> None:
    with copy_of("autoscaling") as autoscaling:
        autoscaling._create_asg({"AutoScalingGroupName": "fleet", "MaxSize": "4", "DesiredCapacity": "2"})
        autoscaling._asgs["fleet"]["Instances"] = [{"LifecycleState": "InService"}, {"LifecycleState": "Pending"}]
        gauges.publish()
    assert values(cloudwatch, "AWS/AutoScaling") == {
        ("GroupInServiceInstances", "AutoScalingGroupName=fleet"): [1.0],
        ("GroupDesiredCapacity", "AutoScalingGroupName=fleet"): [2.0],
    }
