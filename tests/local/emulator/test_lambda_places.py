"""The emulator runs so many invocations at a time and no more, and says so as AWS does."""

import io
import json
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from local import aws
from local.config import StackConfig
from local.emulator.lambda_places import Places
from local.ports import claim_port
from local.processes import stop

ROLE = "arn:aws:iam::000000000000:role/any"
NAME = "waiting"
WAIT_SECONDS = 30.0
CODE = """
import os, time

def handler(event, context):
    if "until" in event:
        open(event["begun"], "w").close()
        for _ in range(3000):
            if os.path.exists(event["until"]):
                break
            time.sleep(0.01)
    return {"statusCode": 200, "body": "done"}
"""


class Emulator:
    """The emulator with one function."""

    def __init__(self, url: str, directory: Path) -> None:
        self.url = url
        self.directory = directory
        self.places = Places(directory)
        self.functions = aws.client(url, "lambda")
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("index.py", CODE)
        self.arn = self.functions.create_function(
            FunctionName=NAME,
            Runtime="python3.12",
            Role=ROLE,
            Handler="index.handler",
            Timeout=60,
            Code={"ZipFile": code.getvalue()},
        )["FunctionArn"]

    def invoke(self, **event: str) -> None:
        self.functions.invoke(FunctionName=NAME, Payload=json.dumps(event))


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    port = claim_port(0, "the emulator", "")
    process = aws.start_emulator(StackConfig(tmp_path), port)
    yield Emulator(aws.endpoint(port), tmp_path)
    stop(process)


def refused_with(emulator: Emulator) -> str:
    """The error that an invocation is refused with."""
    with pytest.raises(ClientError) as caught:
        emulator.invoke()
    return str(caught.value.response["Error"]["Code"])


def test_one_place_is_taken_until_its_function_ends(emulator: Emulator) -> None:
    emulator.places.limit(1)
    until, begun = emulator.directory / "until", emulator.directory / "begun"
    first = threading.Thread(target=emulator.invoke, kwargs={"until": str(until), "begun": str(begun)})
    first.start()
    deadline = time.monotonic() + WAIT_SECONDS
    while not begun.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert refused_with(emulator) == "TooManyRequestsException"
    assert emulator.places.refused() >= 1
    until.touch()
    first.join()
    emulator.invoke()


def test_without_places_nothing_runs_and_everything_again_after_that(emulator: Emulator) -> None:
    emulator.places.limit(0)
    assert refused_with(emulator) == "TooManyRequestsException"
    emulator.places.limit(None)
    emulator.invoke()


def test_a_task_without_a_place_fails_by_the_name_that_it_has_on_aws(emulator: Emulator) -> None:
    emulator.places.limit(0)
    definition = {"StartAt": "Call", "States": {"Call": {
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": emulator.arn},
        "Catch": [{"ErrorEquals": ["Lambda.TooManyRequestsException"], "Next": "Named"}], "End": True,
    }, "Named": {"Type": "Succeed"}}}  # fmt: skip
    states = aws.client(emulator.url, "stepfunctions")
    machine = states.create_state_machine(name="calls", definition=json.dumps(definition), roleArn=ROLE)
    arn = states.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
    deadline = time.monotonic() + WAIT_SECONDS
    while (ended := states.describe_execution(executionArn=arn))["status"] == "RUNNING":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert ended["status"] == "SUCCEEDED"


def test_the_api_answers_an_internal_error(emulator: Emulator) -> None:
    gateway: Any = aws.client(emulator.url, "apigateway")
    api = gateway.create_rest_api(name="api")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    gateway.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{emulator.arn}/invocations"
    gateway.put_integration(
        restApiId=api, resourceId=root, httpMethod="GET", type="AWS_PROXY", integrationHttpMethod="POST", uri=uri
    )
    gateway.create_deployment(restApiId=api, stageName="v1")
    url = f"{emulator.url}/_aws/execute-api/{api}/v1/"
    assert httpx.get(url, timeout=WAIT_SECONDS).status_code == 200
    emulator.places.limit(0)
    assert httpx.get(url, timeout=WAIT_SECONDS).status_code == 500
