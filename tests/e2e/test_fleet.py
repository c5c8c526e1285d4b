"""The fleet: deployed as it is on AWS, asleep, woken by documents that find no embedding service, and then served."""

import json
import re
from typing import Any

import httpx
import pytest

from tests.e2e.running_stack import RunningStack
from tests.e2e.waiting import wait_for

DOCUMENTS = 50

pytestmark = pytest.mark.vector_store("pinecone")


def group(stack: RunningStack) -> dict[str, Any]:
    """The fleet's Auto Scaling group."""
    [found] = stack.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    return dict(found)


def set_desired(stack: RunningStack, instances: int) -> None:
    """What an operator would do."""
    name = group(stack)["AutoScalingGroupName"]
    stack.client("autoscaling").set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=instances)


def woken(stack: RunningStack) -> list[str]:
    """What each call of the wake function found."""
    events = stack.client("logs").filter_log_events(logGroupName="/aws/lambda/bloomweaver/wake")["events"]
    lines = [json.loads(event["message"]) for event in events if '"the task ended"' in event["message"]]
    return [line["result"]["state"] for line in lines]


def texts_embedded(stack: RunningStack) -> int:
    """How many texts the embedding service has embedded since it started."""
    exposition = httpx.get(f"{stack.descriptor.embedding_url}/metrics").text
    [count] = re.findall(r"^embedding_texts_total (\S+)$", exposition, re.MULTILINE)
    return int(float(count))


def test_the_fleet_is_deployed_asleep_behind_a_load_balancer_without_targets(stack: RunningStack) -> None:
    found = group(stack)
    assert (found["MinSize"], found["MaxSize"]) == (0, 4)
    balancing = stack.client("elbv2")
    [balancer] = balancing.describe_load_balancers()["LoadBalancers"]
    assert balancer["Scheme"] == "internal"
    [targets] = balancing.describe_target_groups()["TargetGroups"]
    assert targets["HealthCheckPath"] == "/ready"
    [wake] = [one for one in _functions(stack) if one["Handler"].startswith("wake.")]
    assert wake["Environment"]["Variables"]["FLEET_GROUP"] == found["AutoScalingGroupName"]


def test_documents_that_find_the_fleet_asleep_wake_it_and_are_all_indexed(stack: RunningStack) -> None:
    names = [f"from-zero-{number}" for number in range(DOCUMENTS)]
    # It is started again as the instance would be.
    with stack.without_embedding_service():
        set_desired(stack, 0)
        woken_before = len(woken(stack))
        for name in names:
            stack.submit(name, f"The {name} lamp of the lighthouse is lit by hand.")
        wait_for(lambda: group(stack)["DesiredCapacity"], 30, "an instance is asked for")
    wait_for(lambda: {stack.api.document(name).status for name in names} == {"indexed"}, 90, "all are indexed")

    assert group(stack)["DesiredCapacity"] == 1
    found = woken(stack)[woken_before:]
    # Those that come at the same moment may each find it asleep, and each ask for the one instance. Who logs first is
    # not always who came first.
    assert "asleep" in found
    assert set(found) <= {"asleep", "starting", "up"}
    assert texts_embedded(stack) == DOCUMENTS
    for name in names:
        stack.assert_holds_only(stack.api.document(name))


def _functions(stack: RunningStack) -> list[dict[str, Any]]:
    pages = stack.client("lambda").get_paginator("list_functions").paginate()
    return [one for page in pages for one in page["Functions"]]
