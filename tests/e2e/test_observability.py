"""The nested stack of dashboard and alarms, deployed with all else."""

from typing import Any

import pytest

from tests.e2e.running_stack import RunningStack
from tests.template.fleet import of_type
from tests.template.observability import alarms


@pytest.mark.vector_store("pinecone")
def test_the_alarms_are_deployed_and_look_at_what_was_deployed(stack: RunningStack) -> None:
    deployed = stack.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert len(deployed) == len(alarms()) + len(of_type("AWS::CloudWatch::Alarm"))
    queues = stack.client("sqs").list_queues()["QueueUrls"]
    assert _watched(deployed, "QueueName") == {url.rpartition("/")[2] for url in queues}
    machines = stack.client("stepfunctions").list_state_machines()["stateMachines"]
    assert _watched(deployed, "StateMachineArn") == {machine["stateMachineArn"] for machine in machines}


def _watched(deployed: list[dict[str, Any]], name: str) -> set[str]:
    added_up = [
        entry["MetricStat"]["Metric"]
        for alarm in deployed
        for entry in alarm.get("Metrics", [])
        if "MetricStat" in entry
    ]
    dimensions = [dimension for metric in [*deployed, *added_up] for dimension in metric["Dimensions"]]
    return {dimension["Value"] for dimension in dimensions if dimension["Name"] == name}


@pytest.mark.vector_store("pinecone")
def test_the_dashboard_is_deployed(stack: RunningStack) -> None:
    entries = stack.client("cloudwatch").list_dashboards()["DashboardEntries"]
    assert [entry["DashboardName"] for entry in entries] == ["bloomweaver"]
