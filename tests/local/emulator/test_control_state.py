"""What a deployment makes survives a death, and a deployment that died leaves what was before it; old state goes on."""

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.emulator import state_file
from local.emulator.requests import changes_control
from local.errors import StackError
from tests.local.emulator.mortal import Mortal, until

Json = dict[str, Any]


def _template(**more: Json) -> str:
    """A stack with something of every service that has contents."""
    resources: Json = {
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "TableName": "table",
                "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}],
                "BillingMode": "PAY_PER_REQUEST",
            },
        },
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "queue"}},
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "bucket"}},
        "Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "secret", "SecretString": "s3cret"}},
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "role", "AssumeRolePolicyDocument": {}}},
        "Machine": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {
                "StateMachineName": "machine",
                "RoleArn": "arn:aws:iam::000000000000:role/role",
                "DefinitionString": json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}),
            },
        },
    }
    outputs = {"QueueUrl": {"Value": {"Ref": "Queue"}}, "MachineArn": {"Value": {"Ref": "Machine"}}}
    return json.dumps({"Resources": resources | more, "Outputs": outputs})


def _deployed(mortal: Mortal) -> dict[str, str]:
    client = mortal.client("cloudformation")
    [stack] = client.describe_stacks(StackName="stack")["Stacks"]
    return {"": stack["StackStatus"], **{o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])}}


def _until_deployed(mortal: Mortal, status: str) -> dict[str, str]:
    until(lambda: _deployed(mortal)[""] == status)
    return _deployed(mortal)


def _fill(mortal: Mortal, outputs: dict[str, str]) -> None:
    mortal.client("dynamodb").put_item(TableName="table", Item={"k": {"S": "one"}})
    mortal.client("sqs").send_message(QueueUrl=outputs["QueueUrl"], MessageBody="one")
    mortal.client("s3").put_object(Bucket="bucket", Key="one", Body=b"one")
    execution = {"stateMachineArn": outputs["MachineArn"], "name": "one", "input": "{}"}
    arn = mortal.client("stepfunctions").start_execution(**execution)["executionArn"]
    describe = mortal.client("stepfunctions").describe_execution
    until(lambda: describe(executionArn=arn)["status"] == "SUCCEEDED")


def _assert_whole(mortal: Mortal, outputs: dict[str, str]) -> None:
    assert _deployed(mortal) == outputs
    assert mortal.client("dynamodb").scan(TableName="table")["Items"] == [{"k": {"S": "one"}}]
    assert mortal.client("s3").get_object(Bucket="bucket", Key="one")["Body"].read() == b"one"
    assert mortal.client("secretsmanager").get_secret_value(SecretId="secret")["SecretString"] == "s3cret"
    assert mortal.client("iam").get_role(RoleName="role")["Role"]["RoleName"] == "role"
    listed = mortal.client("stepfunctions").list_executions(stateMachineArn=outputs["MachineArn"])["executions"]
    assert [execution["name"] for execution in listed] == ["one"]
    names = ["ApproximateNumberOfMessages"]
    counted = mortal.client("sqs").get_queue_attributes(QueueUrl=outputs["QueueUrl"], AttributeNames=names)
    assert counted["Attributes"] == {names[0]: "1"}


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Mortal]:
    """An emulator of a test's own, not started."""
    mortal = Mortal(tmp_path)
    yield mortal
    mortal.stop()


def _stored(mortal: Mortal) -> Path:
    return mortal.config.state / state_file.NAME


def _slow() -> Json:
    """Resources that the deployment waits for, since nobody signals."""
    properties = {"Handle": {"Ref": "Handle"}, "Timeout": "60", "Count": 1}
    slow = {"Type": "AWS::CloudFormation::WaitCondition", "DependsOn": ["Handle", "New"], "Properties": properties}
    return {"Slow": slow, "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}


def test_a_deployment_survives_a_death_and_one_that_died_leaves_what_was_before(own: Mortal) -> None:
    own.start()
    client = own.client("cloudformation")
    client.create_stack(StackName="stack", TemplateBody=_template())
    outputs = _until_deployed(own, "CREATE_COMPLETE")
    _fill(own, outputs)
    own.die()
    _assert_whole(own, outputs)

    new = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "new"}}
    client.update_stack(StackName="stack", TemplateBody=_template(New=new, **_slow()))
    assert _deployed(own)[""] == "UPDATE_IN_PROGRESS"
    # Work goes on meanwhile, and is not lost with the deployment.
    own.client("dynamodb").put_item(TableName="table", Item={"k": {"S": "one"}})
    own.die()
    _assert_whole(own, outputs)
    client.update_stack(StackName="stack", TemplateBody=_template(New=new))
    _until_deployed(own, "UPDATE_COMPLETE")
    assert own.client("sqs").get_queue_url(QueueName="new")

    # A stop in the middle of a deployment leaves what was before it, too.
    client.update_stack(StackName="stack", TemplateBody=_template(New=new, **_slow()))
    own.stop()
    assert own.start().was_clean
    assert _deployed(own)[""] == "UPDATE_COMPLETE"


def test_a_change_that_no_request_for_data_follows_is_stored_too(own: Mortal) -> None:
    own.start()
    own.client("secretsmanager").create_secret(Name="alone", SecretString="s3cret")
    moment = time.time()
    until(lambda: b"alone" in _all_bytes(_stored(own)), seconds=5 + time.time() - moment)
    own.die()
    assert own.client("secretsmanager").get_secret_value(SecretId="alone")["SecretString"] == "s3cret"


def _all_bytes(path: Path) -> bytes:
    log = Path(f"{path}-wal")
    return path.read_bytes() + (log.read_bytes() if log.exists() else b"")


@pytest.fixture(scope="module")
def before_the_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a stack that MiniStack kept by itself, and its outputs beside it."""
    mortal = Mortal(tmp_path_factory.mktemp("before"))
    mortal.start_plain()
    mortal.client("cloudformation").create_stack(StackName="stack", TemplateBody=_template())
    outputs = _until_deployed(mortal, "CREATE_COMPLETE")
    _fill(mortal, outputs)
    mortal.stop()
    (mortal.config.directory / "outputs").write_text(json.dumps(outputs))
    (mortal.config.directory / "port").write_text(str(mortal.port))
    return mortal.config.directory


@pytest.fixture
def old(own: Mortal, before_the_file: Path) -> tuple[Mortal, dict[str, str]]:
    """A copy of such a folder, and its outputs."""
    shutil.copytree(before_the_file, own.config.directory, dirs_exist_ok=True)
    own.port = int((before_the_file / "port").read_text())
    return own, json.loads((before_the_file / "outputs").read_text())


def test_a_stack_from_before_the_file_is_taken_over_whole(old: tuple[Mortal, dict[str, str]]) -> None:
    mortal, outputs = old
    mortal.start()
    _assert_whole(mortal, outputs)
    mortal.client("dynamodb").put_item(TableName="table", Item={"k": {"S": "two"}})
    mortal.client("dynamodb").delete_item(TableName="table", Key={"k": {"S": "two"}})
    mortal.die()
    _assert_whole(mortal, outputs)  # and not from the files of before again


@pytest.mark.parametrize("service", ["dynamodb", "sqs"])
def test_a_broken_state_from_before_the_file_is_told_and_nothing_is_overwritten(
    old: tuple[Mortal, dict[str, str]], service: str
) -> None:
    mortal, outputs = old
    path = mortal.config.state / f"{service}.json"
    whole = path.read_text()
    path.write_text(whole[: len(whole) // 2])
    with pytest.raises(StackError, match=rf"{service}\.json cannot be read; nothing was changed"):
        mortal.start()
    path.write_text(whole)
    mortal.start()
    _assert_whole(mortal, outputs)


def test_a_state_that_cannot_be_read_is_told_and_not_overwritten(own: Mortal) -> None:
    own.start()
    own.client("cloudformation").create_stack(StackName="stack", TemplateBody=_template())
    outputs = _until_deployed(own, "CREATE_COMPLETE")
    _fill(own, outputs)
    own.stop()
    with state_file.sqlite3.connect(_stored(own)) as connection:
        [(item,)] = connection.execute("SELECT item FROM items").fetchall()
        connection.execute("UPDATE items SET item = 'no JSON'")
    connection.close()
    for _ in range(2):
        with pytest.raises(StackError, match="JSONDecodeError"):
            own.start()
    with state_file.sqlite3.connect(_stored(own)) as connection:
        connection.execute("UPDATE items SET item = ?", (item,))
    connection.close()
    own.start()
    _assert_whole(own, outputs)


def _request(target: str = "", path: str = "/", method: str = "POST", query: bytes = b"") -> Json:
    headers = [(b"x-amz-target", target.encode())] if target else []
    return {"method": method, "path": path, "headers": headers, "query_string": query}


@pytest.mark.parametrize(
    "target",
    [
        "DynamoDB_20120810.CreateTable",
        "DynamoDB_20120810.UpdateTimeToLive",
        "AmazonSQS.CreateQueue",
        "AmazonSQS.SetQueueAttributes",
        "AWSStepFunctions.CreateStateMachine",
        "Logs_20140328.CreateLogGroup",
        "secretsmanager.PutSecretValue",
    ],
)
def test_a_request_that_changes_what_a_deployment_makes(target: str) -> None:
    assert changes_control(_request(target))


@pytest.mark.parametrize(
    "target",
    [
        "DynamoDB_20120810.PutItem",
        "DynamoDB_20120810.TransactWriteItems",
        "DynamoDB_20120810.BatchGetItem",
        "AmazonSQS.SendMessageBatch",
        "AmazonSQS.ReceiveMessage",
        "AmazonSQS.GetQueueAttributes",
        "AWSStepFunctions.StartExecution",
        "AWSStepFunctions.DescribeExecution",
        "secretsmanager.GetSecretValue",
    ],
)
def test_a_request_for_data_changes_nothing_of_it(target: str) -> None:
    assert not changes_control(_request(target))


@pytest.mark.parametrize(
    ("path", "method", "query", "changes"),
    [
        ("/bucket", "PUT", b"", True),
        ("/bucket/", "PUT", b"versioning", True),
        ("/bucket", "DELETE", b"", True),
        ("/bucket/key", "PUT", b"", False),
        ("/bucket/a/b", "DELETE", b"versionId=1", False),
        ("/bucket", "POST", b"delete", False),
        ("/bucket/key", "GET", b"", False),
        ("/2015-03-31/functions", "POST", b"", True),
        ("/2015-03-31/functions/f/invocations", "POST", b"", False),
        ("/2018-06-01/runtime/invocation/1/response", "POST", b"", False),
        ("/_aws/execute-api/a/v1/documents", "POST", b"", False),
        ("/v2/apis", "POST", b"", True),
        ("/", "POST", b"", True),
    ],
)
def test_requests_by_their_path(path: str, method: str, query: bytes, changes: bool) -> None:
    assert changes_control(_request("", path, method, query)) is changes
