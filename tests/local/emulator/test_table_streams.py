"""The emulator hands a table's stream to each of its readers, whether or not another one keeps up."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local import aws
from local.config import StackConfig
from local.ports import claim_port
from local.processes import stop
from tests.e2e.waiting import wait_for

ROLE = "arn:aws:iam::000000000000:role/any"
SECONDS = 60.0
CODE = """
import json, os, time

def handler(event, context):
    folder, name = os.environ["FOLDER"], os.environ["NAME"]
    for change in event["Records"]:
        with open(f"{folder}/{name}", "a") as file:
            file.write(change["dynamodb"]["Keys"]["id"]["S"] + "\\n")
    for _ in range(6000 if name == "slow" else 0):
        if os.path.exists(f"{folder}/go"):
            break
        time.sleep(0.01)
"""


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Callable[[str], list[str]]]:
    """What each of two readers was handed: `slow` waits until there is a file, and `fast` does not."""
    port = claim_port(0, "the emulator", "")
    process = aws.start_emulator(StackConfig(tmp_path / "stack"), port)
    endpoint = aws.endpoint(port)
    tables, functions = aws.client(endpoint, "dynamodb"), aws.client(endpoint, "lambda")
    stream = tables.create_table(
        TableName="table",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]["LatestStreamArn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", CODE)
    for name in ("slow", "fast"):
        functions.create_function(
            FunctionName=name,
            Runtime="python3.12",
            Role=ROLE,
            Handler="index.handler",
            Timeout=120,
            Code={"ZipFile": code.getvalue()},
            Environment={"Variables": {"FOLDER": str(tmp_path), "NAME": name}},
        )
        functions.create_event_source_mapping(
            EventSourceArn=stream, FunctionName=name, StartingPosition="TRIM_HORIZON", BatchSize=2
        )

    def put(number: int) -> None:
        tables.put_item(TableName="table", Item={"id": {"S": str(number)}})

    for number in range(5):
        put(number)
    yield lambda name: (tmp_path / name).read_text().split() if (tmp_path / name).exists() else []
    stop(process)


def test_who_is_slow_keeps_no_other_waiting_and_misses_nothing(
    read: Callable[[str], list[str]], tmp_path: Path
) -> None:
    all_of_them = [str(number) for number in range(5)]
    wait_for(lambda: read("slow"), SECONDS, "the slow one has begun")
    wait_for(lambda: read("fast") == all_of_them, SECONDS, "the fast one has all")
    assert len(read("slow")) <= 2, json.dumps(read("slow"))
    (tmp_path / "go").touch()
    wait_for(lambda: read("slow") == all_of_them, SECONDS, "the slow one has all, too")
