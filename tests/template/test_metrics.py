"""Figures of now: the function names metrics as those who send them do, and may read metrics and nothing else."""

from bloomweaver.metrics import own
from tests.template.observability import OWN_NAMESPACE
from tests.template.template import function, resources, statements, target

NESTED = resources("AWS::CloudFormation::Stack")["ObservabilityStack"]["Parameters"]
VARIABLES = function("MetricsFunction")["Environment"]["Variables"]


def test_the_functions_own_metrics_are_looked_for_where_they_are_sent() -> None:
    assert own.NAMESPACE == OWN_NAMESPACE
    for name in resources("AWS::Serverless::Function"):
        variables = function(name)["Environment"]["Variables"]
        assert variables["POWERTOOLS_METRICS_NAMESPACE"] == own.NAMESPACE
        assert variables["POWERTOOLS_SERVICE_NAME"] == VARIABLES["STACK_NAME"]


def test_the_api_is_looked_for_by_its_name_and_stage() -> None:
    [api] = resources("AWS::Serverless::Api").values()
    assert (api["Name"], api["StageName"]) == (VARIABLES["STACK_NAME"], VARIABLES["API_STAGE"])


def test_every_queue_of_the_template_has_its_figures() -> None:
    named = {target(value) for name, value in VARIABLES.items() if name.endswith(("_QUEUE_URL", "_DLQ_URL"))}
    assert named == set(resources("AWS::SQS::Queue"))


def test_the_fleet_is_the_one_that_is_woken() -> None:
    assert VARIABLES["FLEET_GROUP"] == function("WakeFunction")["Environment"]["Variables"]["FLEET_GROUP"]


def test_it_may_read_metrics_and_nothing_else() -> None:
    allowed = [(each["Action"], each["Resource"]) for each in statements(function("MetricsFunction"))]
    assert allowed == [(["cloudwatch:GetMetricData"], ["*"])]
