"""WebSocket APIs of the emulator hold as little for a client as API Gateway does, and end in order."""

import asyncio
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from local import aws
from local.config import StackConfig
from local.emulator import websocket_apis
from local.ports import claim_port
from local.processes import stop

ROLE = "arn:aws:iam::000000000000:role/any"
CODE = """
def handler(event, context):
    return {"statusCode": 200, "body": event["requestContext"]["connectionId"] if event.get("body") else ""}
"""


class SocketApi:
    """A WebSocket API whose function answers each message with the connection's id."""

    def __init__(self, endpoint: str) -> None:
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("index.py", CODE)
        function = aws.client(endpoint, "lambda").create_function(
            FunctionName="socket",
            Runtime="python3.12",
            Role=ROLE,
            Handler="index.handler",
            Code={"ZipFile": code.getvalue()},
        )
        gateway: Any = aws.client(endpoint, "apigatewayv2")
        api = gateway.create_api(
            Name="socket", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action"
        )["ApiId"]
        uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function['FunctionArn']}/invocations"
        integration = gateway.create_integration(ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=uri)
        for route in ("$connect", "$default", "$disconnect"):
            gateway.create_route(ApiId=api, RouteKey=route, Target=f"integrations/{integration['IntegrationId']}")
        gateway.create_stage(ApiId=api, StageName="live", AutoDeploy=True)
        self.url = f"{endpoint.replace('http', 'ws')}/_aws/execute-api/{api}/live"
        self.connections: Any = aws.client(f"{endpoint}/_aws/execute-api/{api}/live", "apigatewaymanagementapi")

    def open(self) -> tuple[ClientConnection, str]:
        """A connection, and its id."""
        client = connect(self.url, legacy=True)
        client.send("who am I?")
        return client, str(client.recv(timeout=30))


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SocketApi]:
    directory: Path = tmp_path_factory.mktemp("sockets")
    port = claim_port(0, "the emulator", "")
    process = aws.start_emulator(StackConfig(directory), port)
    yield SocketApi(aws.endpoint(port))
    stop(process)


def test_what_is_posted_before_the_end_arrives_before_it(api: SocketApi) -> None:
    client, id = api.open()
    for number in range(10):
        api.connections.post_to_connection(ConnectionId=id, Data=str(number).encode())
    api.connections.delete_connection(ConnectionId=id)
    assert [client.recv(timeout=30) for _ in range(10)] == [str(number) for number in range(10)]
    with pytest.raises(ConnectionClosed):
        client.recv(timeout=30)


def test_who_sends_too_much_is_cut_off_and_nobody_else(api: SocketApi) -> None:
    client, _ = api.open()
    other, id = api.open()
    client.send("x" * (websocket_apis.MESSAGE_MAX_BYTES + 1))
    with pytest.raises(ConnectionClosed) as ended:
        client.recv(timeout=30)
    assert ended.value.rcvd is not None
    assert ended.value.rcvd.code == 1009
    other.send("still there?")
    assert other.recv(timeout=30) == id


def test_too_large_a_message_is_not_posted(api: SocketApi) -> None:
    _, id = api.open()
    with pytest.raises(ClientError, match="PayloadTooLarge"):
        api.connections.post_to_connection(ConnectionId=id, Data=b"x" * (websocket_apis.MESSAGE_MAX_BYTES + 1))


def test_for_a_client_that_does_not_read_a_few_messages_wait() -> None:
    outbox: asyncio.Queue[bytes] = asyncio.Queue()
    connections = {"full": {"outbox": outbox}}

    async def post(method: str, api: str, stage: str, connection: str, body: bytes, headers: dict[str, str]) -> Any:
        await outbox.put(body)
        return 200, {}, b""

    async def post_many() -> list[int]:
        serve = websocket_apis.bounded(post, connections)
        return [(await serve("POST", "api", "live", "full", b"x", {}))[0] for _ in range(100)]

    statuses = asyncio.run(post_many())
    assert statuses == [200] * websocket_apis.WAITING_MAX + [429] * (100 - websocket_apis.WAITING_MAX)


@pytest.mark.parametrize(("reads", "left"), [(True, 0), (False, 3)])
def test_an_end_waits_for_what_was_posted_before_and_not_for_a_client_that_does_not_read(
    monkeypatch: pytest.MonkeyPatch, reads: bool, left: int
) -> None:
    monkeypatch.setattr(websocket_apis, "END_WAITS_SECONDS", 30.0 if reads else 0.05)
    waiting: list[int] = []

    async def end() -> None:
        outbox: asyncio.Queue[str] = asyncio.Queue()
        for text in ("one", "two", "three"):
            outbox.put_nowait(text)

        async def serve(*_: Any) -> Any:
            waiting.append(outbox.qsize())
            return 204, {}, b""

        ending = asyncio.create_task(
            websocket_apis.bounded(serve, {"id": {"outbox": outbox}})("DELETE", "api", "live", "id", b"", {})
        )
        while reads and not outbox.empty():
            await asyncio.sleep(0)  # the end has its turn before each
            outbox.get_nowait()
        await ending

    asyncio.run(end())
    assert waiting == [left]


def test_who_is_not_there_is_gone(api: SocketApi) -> None:
    with pytest.raises(ClientError) as error:
        api.connections.post_to_connection(ConnectionId="nobody", Data=json.dumps({}).encode())
    assert error.value.response["Error"]["Code"] == "GoneException"
