"""Every role names what it may do and with what, and the page about it says the same."""

import pytest

from tests.template.privileges import A_GROUP_BY_NAME, PAGE, WITHOUT_RESOURCES, page, roles, shown
from tests.template.template import Properties, denials, forbidden, function, resources, statements, target

FUNCTIONS = sorted(resources("AWS::Serverless::Function"))


@pytest.mark.parametrize("name", sorted(roles()))
def test_a_role_names_its_actions_and_their_resources(name: str) -> None:
    assert not {"Role", "ManagedPolicyArns"} & set(roles()[name])
    for policy in roles()[name].get("Policies", []):
        assert set(policy) == {"Statement"}, "a policy of AWS's or SAM's is wider than it looks"
    for statement in statements(roles()[name]):
        assert not any("*" in action for action in statement["Action"])
        if not set(statement["Action"]) <= WITHOUT_RESOURCES:
            for resource in statement["Resource"]:
                _assert_named(resource)


def _assert_named(resource: Properties) -> None:
    """The resource is one of the stack's; what varies is at its end: an object's key, an index, an execution."""
    assert isinstance(resource, dict), resource
    fixed = resource.get("Fn::Sub", "").replace(A_GROUP_BY_NAME, "").removesuffix("*")
    assert "*" not in fixed, resource
    assert "Fn::Sub" not in resource or "${" in fixed.replace("${AWS::Partition}", "").replace("${AWS::Region}", "")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_writes_to_its_own_log_alone(name: str) -> None:
    # SAM attaches AWS's policy for logs, which is for any group.
    [own] = denials(function(name))["logs:*"]
    assert own == {"Fn::GetAtt": [target(function(name)["LoggingConfig"]["LogGroup"]), "Arn"]}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_takes_messages_off_its_own_queues_alone(name: str) -> None:
    # Where there is such an event, SAM attaches AWS's policy for queues, which is for any queue.
    events = [event for event in function(name).get("Events", {}).values() if event["Type"] == "SQS"]
    queues = sorted(target(event["Properties"]["Queue"]) for event in events)
    assert sorted(target(queue) for queue in denials(function(name)).get("sqs:*", [])) == queues


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_reads_its_own_stream_alone(name: str) -> None:
    # Where there is such an event, SAM attaches AWS's policy for streams, which is for any stream.
    events = [event for event in function(name).get("Events", {}).values() if event["Type"] == "DynamoDB"]
    streams = [event["Properties"]["Stream"] for event in events]
    assert denials(function(name)).get("dynamodb:GetRecords", []) == streams


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_code_of_a_function_in_a_network_may_not_touch_the_network(name: str) -> None:
    # SAM attaches AWS's policy for network interfaces, which Lambda needs and the code does not.
    own_calls = {"Null": {"lambda:SourceFunctionArn": "false"}}
    denied = [each["Action"] for each in forbidden(function(name)) if each["Condition"] == own_calls]
    assert denied == (["ec2:*"] if "VpcConfig" in function(name) else [])


def test_the_page_says_what_the_template_does() -> None:
    assert page(PAGE.read_text()) == PAGE.read_text(), "run `make privileges-table`"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_whoever_reads_objects_can_tell_a_missing_one_from_one_that_is_refused(name: str) -> None:
    # Without s3:ListBucket S3 answers 403 for both. The emulator does not.
    reads = {_bucket(each) for each in _resources_of(name, "s3:GetObject")}
    assert reads <= {_bucket(each) for each in _resources_of(name, "s3:ListBucket")}


def _resources_of(name: str, action: str) -> list[Properties]:
    found = [statement["Resource"] for statement in statements(function(name)) if action in statement["Action"]]
    return [resource for each in found for resource in each]


def _bucket(resource: Properties) -> str:
    return shown(resource).partition("/")[0]
