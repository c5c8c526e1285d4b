"""The alarms and the dashboard: each looks at something that is there, and says what a missing value means."""

import pytest

from tests.template.fleet import evaluate
from tests.template.observability import (
    OWN_NAMESPACE,
    Metric,
    alarms,
    metrics_of_alarm,
    metrics_of_dashboard,
    observability,
)
from tests.template.template import function, resources, target, template

NESTED = resources("AWS::CloudFormation::Stack")["ObservabilityStack"]
LOOKED_AT = {metric for alarm in alarms().values() for metric in metrics_of_alarm(alarm)} | set(metrics_of_dashboard())
# As AWS documents them: the metrics of a service, by the dimensions that they have there.
AWS_METRICS: dict[tuple[str, tuple[str, ...]], set[str]] = {
    ("AWS/SQS", ("QueueName",)): {"ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"},
    ("AWS/States", ("StateMachineArn",)): {
        *("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted", "ExecutionsSucceeded")
    },
    ("AWS/ApiGateway", ("ApiName", "Stage")): {"4XXError", "5XXError", "Latency"},
    ("AWS/Lambda", ("FunctionName",)): {"Invocations"},
    ("AWS/AutoScaling", ("AutoScalingGroupName",)): {"GroupDesiredCapacity"},
}
TYPES = {
    "QueueName": "AWS::SQS::Queue",
    "StateMachineArn": "AWS::Serverless::StateMachine",
    "FunctionName": "AWS::Serverless::Function",
}


def given(parameter: str) -> str:
    """The logical id of the resource that the template gives for a parameter of the nested stack."""
    return target(NESTED["Parameters"][parameter])


def test_every_parameter_without_a_default_is_given_and_no_other_than_there_are() -> None:
    parameters = observability()["Parameters"]
    needed = {name for name, entry in parameters.items() if "Default" not in entry}
    assert needed <= set(NESTED["Parameters"]) <= set(parameters)


@pytest.mark.parametrize("name", sorted(alarms()))
def test_an_alarm_says_what_a_missing_value_means_and_tells_somebody(name: str) -> None:
    alarm = alarms()[name]
    assert alarm["TreatMissingData"] in ("notBreaching", "breaching", "ignore")
    assert alarm["AlarmActions"] == [{"Ref": "Alarms"}]
    assert alarm["AlarmDescription"].strip()


@pytest.mark.parametrize("metric", sorted(LOOKED_AT, key=str), ids=str)
def test_a_metric_has_the_dimensions_that_it_is_sent_with(metric: Metric) -> None:
    if metric.namespace == OWN_NAMESPACE:
        assert metric.dimensions == (("service", "Service"),)
    else:
        names = tuple(name for name, _ in metric.dimensions)
        assert metric.name in AWS_METRICS[metric.namespace, names]


@pytest.mark.parametrize("metric", sorted(LOOKED_AT, key=str), ids=str)
def test_a_dimension_names_a_resource_of_its_kind(metric: Metric) -> None:
    for name, parameter in metric.dimensions:
        if name in TYPES:
            assert template()["Resources"][given(parameter)]["Type"] == TYPES[name]


def test_the_functions_send_their_metrics_under_that_namespace_and_service() -> None:
    for name in resources("AWS::Serverless::Function"):
        variables = function(name)["Environment"]["Variables"]
        assert variables["POWERTOOLS_METRICS_NAMESPACE"] == OWN_NAMESPACE
        assert variables["POWERTOOLS_SERVICE_NAME"] == NESTED["Parameters"]["Service"] == {"Ref": "AWS::StackName"}


def test_the_api_is_known_by_its_name_and_stage() -> None:
    [api] = resources("AWS::Serverless::Api").values()
    assert (api["Name"], api["StageName"]) == (NESTED["Parameters"]["ApiName"], NESTED["Parameters"]["ApiStage"])


def test_every_dead_letter_queue_and_every_state_machine_has_an_alarm() -> None:
    watched = {given(parameter) for metric in LOOKED_AT for name, parameter in metric.dimensions if name in TYPES}
    assert {name for name in resources("AWS::SQS::Queue") if name.endswith("DLQ")} <= watched
    assert set(resources("AWS::Serverless::StateMachine")) <= watched


@pytest.mark.parametrize("machine", sorted(resources("AWS::Serverless::StateMachine")))
def test_however_an_execution_ends_without_a_result_somebody_is_told(machine: str) -> None:
    counted = {
        metric.name
        for name, alarm in alarms().items()
        if name.endswith("ExecutionsAlarm")
        for metric in metrics_of_alarm(alarm)
        if given(metric.dimensions[0][1]) == machine
    }
    assert counted == {"ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"}
    alarm = alarms()[f"{machine.removesuffix('StateMachine')}ExecutionsAlarm"]
    [expression] = [query["Expression"] for query in alarm["Metrics"] if "Expression" in query]
    assert (expression, alarm["Threshold"]) == ("SUM(METRICS())", 0)


def test_a_comparison_that_does_not_finish_for_two_days_is_told() -> None:
    alarm = alarms()["ReconcileMissingAlarm"]
    [metric] = metrics_of_alarm(alarm)
    assert (metric.name, given(metric.dimensions[0][1])) == ("ExecutionsSucceeded", "ReconcileStateMachine")
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
    assert alarm["TreatMissingData"] == "breaching"
    assert alarm["Period"] * alarm["EvaluationPeriods"] == 2 * 24 * 3600
    # The most that CloudWatch takes for periods of an hour and more is a week.
    assert alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"]) == alarm["EvaluationPeriods"]


def test_an_idle_fleet_is_judged_by_what_is_wanted_of_it_and_fills_nothing() -> None:
    for alarm in alarms().values():
        assert not [query for query in alarm.get("Metrics", ()) if "FILL" in query.get("Expression", "")]
    idle = alarms()["IdleFleetAlarm"]
    assert evaluate(idle, {"desired": 1.0, "chunks": None}) == 1
    assert evaluate(idle, {"desired": 1.0, "chunks": 3.0}) == 0
    assert evaluate(idle, {"desired": 0.0, "chunks": None}) == evaluate(idle, {}) == 0


def test_a_fleet_that_never_becomes_ready_is_told() -> None:
    [metric] = metrics_of_alarm(alarms()["FleetNeverReadyAlarm"])
    assert (metric.namespace, metric.name) == (OWN_NAMESPACE, "FleetNeverReady")


def test_the_dashboard_is_there_only_where_somebody_wants_it() -> None:
    assert observability()["Resources"]["Dashboard"]["Condition"] == "ShowsDashboard"
    assert template()["Parameters"]["Dashboard"]["Default"] == "false"
    assert NESTED["Parameters"]["HasDashboard"] == {"Ref": "Dashboard"}


def test_the_topic_takes_nothing_in_plain_text() -> None:
    statements = observability()["Resources"]["AlarmsPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    [denied] = [statement for statement in statements if statement["Effect"] == "Deny"]
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert denied["Principal"] == "*"


def test_what_api_gateway_answers_by_itself_has_a_correlation_id() -> None:
    [api] = resources("AWS::Serverless::Api").values()
    assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= set(api["GatewayResponses"])
    for response in api["GatewayResponses"].values():
        assert response["ResponseParameters"]["Headers"]["X-Correlation-Id"] == "context.requestId"
