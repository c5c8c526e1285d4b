"""The alarms and the dashboard: each looks at something that is there, and says what a missing value means."""

import pytest

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
    ("AWS/States", ("StateMachineArn",)): {"ExecutionsFailed"},
    ("AWS/ApiGateway", ("ApiName", "Stage")): {"4XXError", "5XXError", "Latency"},
    ("AWS/Lambda", ("FunctionName",)): {"Invocations"},
    ("AWS/AutoScaling", ("AutoScalingGroupName",)): {"GroupInServiceInstances"},
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
