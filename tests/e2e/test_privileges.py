"""Who may do what: every call below is made with the credentials of every role of the stack, and goes through for those
that are named beside it, and for nobody else.

No call changes anything where it goes through: it fails for another reason than its caller, or finds nothing to do.
"""

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from cli.client import ApiError
from tests.e2e.running_stack import RunningStack

pytestmark = pytest.mark.vector_store("lancedb")

REFUSED = frozenset({"AccessDenied", "AccessDeniedException"})
NOBODY = f"nobody-{uuid.uuid4().hex}"
LOGICAL_ID = re.compile(r"\{(\w+)\}")
SHOWN = (
    "TableName",
    "Bucket",
    "Key",
    "QueueUrl",
    "stateMachineArn",
    "FunctionName",
    "AutoScalingGroupName",
    "SecretId",
)
"""Arguments that tell calls apart in the tests' names."""
TOO_LONG = 901
"""Seconds that no message may be delayed: who may send it is told so."""


@dataclass(frozen=True, eq=False)
class Call:
    """A call of AWS, and the roles that it goes through for: a function's without `Function` behind its name."""

    service: str
    operation: str
    arguments: dict[str, Any]
    allowed: frozenset[str]

    def with_ids(self, physical: Mapping[str, str]) -> dict[str, Any]:
        """The arguments, with what is deployed in the place of its logical id."""
        return {
            name: physical[found[1]] if isinstance(value, str) and (found := LOGICAL_ID.fullmatch(value)) else value
            for name, value in self.arguments.items()
        }

    def __str__(self) -> str:
        found = [str(self.arguments[name]).strip("{}") for name in SHOWN if isinstance(self.arguments.get(name), str)]
        return "-".join([self.operation, *found]).replace(NOBODY, "")


def _call(service: str, operation: str, allowed: str, **arguments: Any) -> Call:
    return Call(service, operation, arguments, frozenset(allowed.split()))


def _record(table: str) -> dict[str, Any]:
    """The arguments of a write of a record that is never done."""
    keys = {
        "DocumentsTable": ["doc_hash"],
        "IndexesTable": ["index_name"],
        "DeliveriesTable": ["delivery"],
        "ListingTable": ["list", "place"],
        "RunsTable": ["run"],
        "AuditTable": ["entry"],
        "LiveTable": ["kind", "id"],
        "ChatsTable": ["owner", "item"],
        "ProgressTable": ["item"],
    }[table]
    return {
        "TableName": f"{{{table}}}",
        "Item": {key: {"S": NOBODY} for key in keys},
        "ConditionExpression": "attribute_exists(#key)",
        "ExpressionAttributeNames": {"#key": keys[-1]},
    }


def _list_of_runs(attribute: str) -> dict[str, Any]:
    """The arguments of a query of a list of runs that has none."""
    return {
        "TableName": "{RunsTable}",
        "IndexName": f"{attribute}-started_at",
        "KeyConditionExpression": "#key = :key",
        "ExpressionAttributeNames": {"#key": attribute},
        "ExpressionAttributeValues": {":key": {"S": NOBODY}},
    }


def _object(bucket: str, folder: str) -> dict[str, str]:
    return {"Bucket": f"{{{bucket}}}", "Key": f"{folder}{NOBODY}"}


def _write(bucket: str, folder: str) -> dict[str, str]:
    """The arguments of a write of an object that is never done, as it is not what it says it is."""
    return {**_object(bucket, folder), "Body": "something", "ContentMD5": "AAAAAAAAAAAAAAAAAAAAAA=="}


CHANGING = "Webhook Uploads Edit Retry Sweep Redrive Reconcile Rebuild Reindex FolderChanges Indexes"
"""Functions of routes that change something."""
NO_CHAT = {"owner": {"S": NOBODY}, "item": {"S": NOBODY}}
READERS_AND_WRITERS = "Webhook Edit Retry Claim Chunk Publish Settle RecordFailure Mend Compare VerifyRebuild"
"""Of records: they read one, change it, and write it if nobody else has."""

CALLS = [
    # Records and cards.
    _call("dynamodb", "put_item", f"{READERS_AND_WRITERS} Sweep Move ChangeFolder", **_record("DocumentsTable")),
    _call(
        "dynamodb",
        "scan",
        "Indexes Compare PrepareRebuild VerifyRebuild Move Sweep ChangeFolder",
        TableName="{DocumentsTable}",
        Limit=1,
    ),
    _call(
        "dynamodb",
        "get_item",
        f"{READERS_AND_WRITERS} Documents PineconeWriter S3Writer Move ChangeFolder Runs",
        TableName="{DocumentsTable}",
        Key={"doc_hash": {"S": NOBODY}},
    ),
    _call("dynamodb", "delete_item", "", TableName="{DocumentsTable}", Key={"doc_hash": {"S": NOBODY}}),
    _call("dynamodb", "put_item", "Chunk Rebuild Reindex PrepareRebuild VerifyRebuild Move", **_record("IndexesTable")),
    _call("dynamodb", "delete_item", "Indexes", TableName="{IndexesTable}", Key={"index_name": {"S": NOBODY}}),
    _call("dynamodb", "put_item", "Webhook Uploads", **_record("DeliveriesTable")),
    # Lists.
    _call("dynamodb", "put_item", "Listing Sweep FolderChanges ChangeFolder Compare", **_record("ListingTable")),
    _call(
        "dynamodb",
        "get_item",
        "Listing Sweep Documents FolderChanges ChangeFolder Compare",
        TableName="{ListingTable}",
        Key={"list": {"S": NOBODY}, "place": {"S": NOBODY}},
    ),
    _call("dynamodb", "scan", "Compare", TableName="{ListingTable}", Limit=1),
    # Runs.
    _call("dynamodb", "get_item", "Runs", TableName="{RunsTable}", Key={"run": {"S": NOBODY}}),
    _call("dynamodb", "put_item", "", **_record("RunsTable")),
    _call("dynamodb", "delete_item", "", TableName="{RunsTable}", Key={"run": {"S": NOBODY}}),
    _call(
        "dynamodb",
        "update_item",
        "RunChanges",
        TableName="{RunsTable}",
        Key={"run": {"S": NOBODY}},
        UpdateExpression="SET #key = :key",
        ConditionExpression="attribute_exists(#key)",
        ExpressionAttributeNames={"#key": "every"},
        ExpressionAttributeValues={":key": {"S": NOBODY}},
    ),
    *(
        _call("dynamodb", "query", readers, **_list_of_runs(index))
        for index, readers in {"every": "Runs", "doc_hash": "Runs", "status": "Runs RunChanges"}.items()
    ),
    # The audit log.
    _call("dynamodb", "put_item", f"{CHANGING} ChangeFolder", **_record("AuditTable")),
    _call("dynamodb", "get_item", "", TableName="{AuditTable}", Key={"entry": {"S": NOBODY}}),
    _call("dynamodb", "delete_item", "", TableName="{AuditTable}", Key={"entry": {"S": NOBODY}}),
    _call(
        "dynamodb",
        "update_item",
        "",
        TableName="{AuditTable}",
        Key={"entry": {"S": NOBODY}},
        UpdateExpression="SET #key = :key",
        ConditionExpression="attribute_exists(#key)",
        ExpressionAttributeNames={"#key": "every"},
        ExpressionAttributeValues={":key": {"S": NOBODY}},
    ),
    _call(
        "dynamodb",
        "query",
        "Audit",
        TableName="{AuditTable}",
        IndexName="every-at",
        KeyConditionExpression="#key = :key",
        ExpressionAttributeNames={"#key": "every"},
        ExpressionAttributeValues={":key": {"S": NOBODY}},
    ),
    # Tickets and connections.
    _call("dynamodb", "put_item", "Live Connection", **_record("LiveTable")),
    *(
        _call("dynamodb", operation, allowed, TableName="{LiveTable}", Key={"kind": {"S": NOBODY}, "id": {"S": NOBODY}})
        for operation, allowed in (("get_item", "Connection"), ("delete_item", "Connection Tell"))
    ),
    # Progress.
    _call(
        "dynamodb",
        "update_item",
        "Chunk Embed Wake PineconeWriter S3Writer RunChanges ChangeFolder Move Compare PrepareRebuild Restore "
        "VerifyRebuild Redrive RedriveStateMachine",
        TableName="{ProgressTable}",
        Key={"item": {"S": NOBODY}},
        UpdateExpression="SET #key = :key",
        ConditionExpression="attribute_exists(#key)",
        ExpressionAttributeNames={"#key": "step"},
        ExpressionAttributeValues={":key": {"S": NOBODY}},
    ),
    _call("dynamodb", "get_item", "", TableName="{ProgressTable}", Key={"item": {"S": NOBODY}}),
    _call("dynamodb", "put_item", "", **_record("ProgressTable")),
    # Chats, of which each subject sees its own by one function alone.
    _call("dynamodb", "put_item", "Chats Settle Sweep Compare Retrieve Generate Fence Store", **_record("ChatsTable")),
    *(
        _call(
            "dynamodb",
            operation,
            allowed,
            TableName="{ChatsTable}",
            Key={"owner": {"S": NOBODY}, "item": {"S": NOBODY}},
        )
        for operation, allowed in {
            "get_item": "Chats Settle Sweep Compare Retrieve Generate Fence Store Tell",
            "delete_item": "Chats Settle Compare",
        }.items()
    ),
    _call("dynamodb", "scan", "Compare", TableName="{ChatsTable}", Limit=1),
    _call(
        "dynamodb",
        "update_item",
        "Chats Generate",
        TableName="{ChatsTable}",
        Key=NO_CHAT,
        UpdateExpression="SET #key = :key",
        ConditionExpression="attribute_exists(#key)",
        ExpressionAttributeNames={"#key": "questions"},
        ExpressionAttributeValues={":key": {"N": "1"}},
    ),
    _call(
        "dynamodb",
        "query",
        "Chats Sweep",
        TableName="{ChatsTable}",
        IndexName="running-running_since",
        KeyConditionExpression="running = :running",
        ExpressionAttributeValues={":running": {"S": NOBODY}},
    ),
    # Bodies, passages and vectors on their way.
    _call("s3", "put_object", "Webhook", **_write("ArtifactsBucket", "raw/")),
    _call("s3", "get_object", "Edit Retry Chunk Compare Move ChangeFolder", **_object("ArtifactsBucket", "raw/")),
    _call(
        "s3",
        "get_object",
        "Webhook Edit Retry Chunk Compare Move ChangeFolder",
        **_object("ArtifactsBucket", "uploads/"),
    ),
    _call("s3", "put_object", "Uploads", **_write("ArtifactsBucket", "uploads/")),
    _call("s3", "put_object", "Chunk", **_write("ArtifactsBucket", "chunks/")),
    _call("s3", "get_object", "Embed", **_object("ArtifactsBucket", "chunks/")),
    _call("s3", "put_object", "Chunk Embed", **_write("ArtifactsBucket", "vectors/")),
    _call("s3", "get_object", "PineconeWriter S3Writer", **_object("ArtifactsBucket", "vectors/")),
    _call("s3", "delete_object", "", **_object("ArtifactsBucket", "raw/")),
    # Backups.
    _call("s3", "put_object", "S3Writer", **_write("BackupsBucket", "")),
    _call("s3", "get_object", "Chunk Documents Compare Restore VerifyRebuild Move", **_object("BackupsBucket", "")),
    _call("s3", "delete_object", "S3Writer Compare", **_object("BackupsBucket", "")),
    # Sources.
    _call("s3", "put_object", "Chunk Compare Move", **_write("SourcesBucket", "")),
    _call("s3", "get_object", "Documents Edit Retry Chunk Compare Move ChangeFolder", **_object("SourcesBucket", "")),
    _call("s3", "delete_object", "S3Writer Compare Move", **_object("SourcesBucket", "")),
    # Models.
    _call("s3", "get_object", "Search Retrieve Generate", **_object("ModelsBucket", "")),
    _call("s3", "put_object", "", **_write("ModelsBucket", "")),
    # Queues and dead letters.
    *(
        _call("sqs", "send_message", senders, QueueUrl=f"{{{queue}}}", MessageBody="{}", DelaySeconds=TOO_LONG)
        for queue, senders in {
            "CreateQueue": "Webhook Edit Retry Sweep Redrive Compare ChangeFolder",
            "UpdateQueue": "Webhook Edit Retry Sweep Redrive Compare Move ChangeFolder",
            "DeleteQueue": "Webhook Retry Sweep Redrive ChangeFolder",
            "CreateDLQ": "",
            "RunChangesQueue": "",
            "PineconeDLQ": "CreateStateMachine UpdateStateMachine DeleteStateMachine RedriveStateMachine",
            "S3DLQ": "CreateStateMachine UpdateStateMachine DeleteStateMachine RedriveStateMachine",
        }.items()
    ),
    _call("sqs", "receive_message", "Dispatch", QueueUrl="{CreateQueue}", VisibilityTimeout=0),
    _call("sqs", "receive_message", "DeadLetters Redrive", QueueUrl="{PineconeDLQ}", VisibilityTimeout=0),
    _call("sqs", "receive_message", "RunChanges", QueueUrl="{RunChangesQueue}", VisibilityTimeout=0),
    _call("sqs", "delete_message", "Redrive RedriveStateMachine", QueueUrl="{S3DLQ}", ReceiptHandle=NOBODY),
    # Executions.
    *(
        _call("stepfunctions", "start_execution", starters, stateMachineArn=f"{{{machine}}}", input="{")
        for machine, starters in {
            "CreateStateMachine": "Dispatch",
            "DeleteStateMachine": "Dispatch",
            "RedriveStateMachine": "Redrive",
            "ReconcileStateMachine": "Reconcile ReconcileStateMachineSchedule ReconcileStateMachineContents",
            "RebuildStateMachine": "Rebuild RebuildStateMachine",
            "ReindexStateMachine": "Reindex",
            "FolderChangeStateMachine": "FolderChanges",
        }.items()
    ),
    *(
        _call("lambda", "invoke", machines, FunctionName=f"{{{function}}}", InvocationType="DryRun")
        for function, machines in {
            "ChunkFunction": "CreateStateMachine UpdateStateMachine",
            "S3WriterFunction": "CreateStateMachine UpdateStateMachine DeleteStateMachine RedriveStateMachine",
            "MendFunction": "RedriveStateMachine",
            "CompareFunction": "ReconcileStateMachine",
            "RestoreFunction": "RebuildStateMachine",
            "MoveFunction": "ReindexStateMachine",
            "ChangeFolderFunction": "FolderChangeStateMachine",
            "WebhookFunction": "",
        }.items()
    ),
    # The fleet, which this stack does not have.
    _call(
        "autoscaling",
        "set_desired_capacity",
        "Wake",
        AutoScalingGroupName="bloomweaver-embedding",
        DesiredCapacity=1,
    ),
    _call("autoscaling", "set_desired_capacity", "", AutoScalingGroupName="another", DesiredCapacity=1),
    _call("autoscaling", "describe_auto_scaling_groups", "Wake"),
    # Secrets.
    _call("secretsmanager", "get_secret_value", "Webhook Uploads", SecretId="{WebhookSecret}"),
    _call("secretsmanager", "put_secret_value", "", SecretId="{WebhookSecret}", SecretString="{}"),
    _call(
        "secretsmanager",
        "get_secret_value",
        "Search Chunk PineconeWriter Compare Reindex Move Indexes PrepareRebuild Restore VerifyRebuild Chats Retrieve "
        "Generate",
        SecretId="{PineconeSecret}",
    ),
    _call("secretsmanager", "put_secret_value", "", SecretId="{PineconeSecret}", SecretString="{}"),
    # What nobody does at run time.
    _call("iam", "list_roles", ""),
    _call("lambda", "list_functions", ""),
]


class Roles:
    """The roles of a deployed stack, by the name of what they are for, and clients with their credentials."""

    def __init__(self, stack: RunningStack) -> None:
        self._stack = stack
        self._session = boto3.Session(region_name=stack.descriptor.region)
        pages = stack.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName="bloomweaver")
        resources = [each for page in pages for each in page["StackResourceSummaries"]]
        self.physical = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources}
        roles = [each["LogicalResourceId"] for each in resources if each["ResourceType"] == "AWS::IAM::Role"]
        self.names = [name.removesuffix("Role").removesuffix("Function") for name in roles]
        self._credentials = {name: self._assume(role) for name, role in zip(self.names, roles, strict=True)}
        self._clients: dict[tuple[str, str], Any] = {}

    def may(self, role: str, call: Call) -> bool:
        """Whether the call goes through with the role's credentials."""
        try:
            getattr(self._client(role, call.service), call.operation)(**call.with_ids(self.physical))
        except ClientError as error:
            return error.response["Error"]["Code"] not in REFUSED
        return True

    def error_at(self, url: str, role: str, operation: str, **arguments: Any) -> str:
        """The error of a call of the management API of connections at `url`."""
        client = self._session.client(
            "apigatewaymanagementapi",
            endpoint_url=url,
            config=Config(retries={"total_max_attempts": 1}),
            **self._credentials[role],
        )
        try:
            getattr(client, operation)(**arguments)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return ""

    def _client(self, role: str, service: str) -> Any:
        if (role, service) not in self._clients:
            self._clients[role, service] = self._session.client(  # type: ignore[call-overload]
                service,
                endpoint_url=self._stack.descriptor.aws_endpoint_url,
                config=Config(retries={"total_max_attempts": 1}),
                **self._credentials[role],
            )
        return self._clients[role, service]

    def _assume(self, role: str) -> dict[str, str]:
        arn = self._stack.client("iam").get_role(RoleName=self.physical[role])["Role"]["Arn"]
        found = self._stack.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
        return {
            "aws_access_key_id": found["AccessKeyId"],
            "aws_secret_access_key": found["SecretAccessKey"],
            "aws_session_token": found["SessionToken"],
        }


@pytest.fixture(scope="module")
def roles(stack: RunningStack) -> Roles:
    """The stack's roles."""
    return Roles(stack)


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_a_call_goes_through_for_those_that_need_it_and_for_nobody_else(roles: Roles, call: Call) -> None:
    assert {role for role in roles.names if roles.may(role, call)} == call.allowed


def test_a_function_signs_with_its_own_role(stack: RunningStack, roles: Roles) -> None:
    iam, role = stack.client("iam"), roles.physical["DocumentsFunctionRole"]
    denied = {"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"}
    with pytest.raises(ApiError) as missing:
        stack.api.document(NOBODY)
    assert missing.value.status == 404
    iam.put_role_policy(RoleName=role, PolicyName="nothing", PolicyDocument=json.dumps({"Statement": [denied]}))
    try:
        with pytest.raises(ApiError) as refused:
            stack.api.document(NOBODY)
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="nothing")
    assert refused.value.status >= 500


def test_a_change_whose_entry_may_not_be_written_is_not_made(stack: RunningStack, roles: Roles) -> None:
    iam, role = stack.client("iam"), roles.physical["WebhookFunctionRole"]
    table = f"arn:aws:dynamodb:*:*:table/{roles.physical['AuditTable']}"
    denied = {"Effect": "Deny", "Action": "dynamodb:PutItem", "Resource": table}
    iam.put_role_policy(RoleName=role, PolicyName="unheard", PolicyDocument=json.dumps({"Statement": [denied]}))
    try:
        with pytest.raises(ApiError) as refused:
            stack.submit(NOBODY, "Some text.")
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="unheard")
    assert refused.value.status >= 500
    with pytest.raises(ApiError) as missing:
        stack.api.document(NOBODY)
    assert missing.value.status == 404


def test_who_tells_may_post_to_connections_and_nobody_else(roles: Roles, stack: RunningStack) -> None:
    url = stack.descriptor.outputs["LiveUrl"].replace("ws:", "http:")
    told = {"Connection", "Tell"}
    for operation, allowed in (("post_to_connection", told | {"Generate"}), ("delete_connection", told)):
        data = {"Data": b"{}"} if operation == "post_to_connection" else {}
        found = {name: roles.error_at(url, name, operation, ConnectionId=NOBODY, **data) for name in roles.names}
        # There is no such connection, which only they learn.
        assert {name for name, code in found.items() if code == "GoneException"} == allowed, found
