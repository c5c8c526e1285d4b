"""The proxy: it passes on what it is given, and its faults look to the AWS SDK like those of AWS."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from bloomweaver.adapters.aws_errors import CLIENT_CONFIG, transient_as
from bloomweaver.errors import StorageUnavailable
from faults.proxy import Rule
from faults.stand import Proxy
from local import aws
from local.config import REPOSITORY


class _Upstream(BaseHTTPRequestHandler):
    """Answers a POST with what it was sent, with a length or in chunks, and remembers all."""

    protocol_version = "HTTP/1.1"
    received: list[bytes]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append(body)
        self.send_response(200)
        if self.path == "/chunked":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for part in (body[:3], body[3:]):
                self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def do_PUT(self) -> None:
        self.received.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def upstream() -> Iterator[ThreadingHTTPServer]:
    handler = type("Handler", (_Upstream,), {"received": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def proxy(upstream: ThreadingHTTPServer) -> Iterator[Proxy]:
    command = [sys.executable, "-m", "faults.proxy", "--upstream", f"127.0.0.1:{upstream.server_port}", "--seed", "1"]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Proxy(process, process.stdout.readline().strip())
        finally:
            process.terminate()


def _received(upstream: ThreadingHTTPServer) -> list[bytes]:
    received: list[bytes] = upstream.RequestHandlerClass.received  # type: ignore[attr-defined]
    return received


def _always(action: str, **fields: Any) -> Rule:
    return Rule.model_validate({"name": "it", "probability": 1.0, "action": action, **fields})


@pytest.mark.parametrize("path", ["/length", "/chunked"])
def test_it_passes_on_what_it_is_given(proxy: Proxy, path: str) -> None:
    with httpx.Client() as http:
        for body in (b"first", b"x" * 300_000):
            assert http.post(f"{proxy.url}{path}", content=body).content == body
    assert proxy.counts() == {}


def test_a_client_that_waits_to_be_told_to_go_on(proxy: Proxy, upstream: ThreadingHTTPServer) -> None:
    aws.client(proxy.url, "s3", CLIENT_CONFIG).put_object(Bucket="some", Key="key", Body=b"content")
    assert _received(upstream) == [b"content"]


def test_an_error_is_one_of_aws_to_the_sdk(proxy: Proxy, upstream: ThreadingHTTPServer) -> None:
    proxy.set_rules(
        [
            _always("error", service="s3", status=503, code="SlowDown"),
            _always("error", service="dynamodb", status=400, code="ProvisionedThroughputExceededException"),
        ]
    )
    with pytest.raises(StorageUnavailable, match="SlowDown"), transient_as(StorageUnavailable, "writing"):
        aws.client(proxy.url, "s3", CLIENT_CONFIG).put_object(Bucket="some", Key="key", Body=b"content")
    with pytest.raises(StorageUnavailable, match="Throughput"), transient_as(StorageUnavailable, "reading"):
        aws.client(proxy.url, "dynamodb", CLIENT_CONFIG).get_item(TableName="some", Key={"id": {"S": "1"}})
    assert _received(upstream) == []
    assert proxy.counts() == {"it": 4}, "the SDK has a second try"


def test_a_rule_is_for_its_service_alone(proxy: Proxy, upstream: ThreadingHTTPServer) -> None:
    proxy.set_rules([_always("error", service="sqs", status=400, code="Refused")])
    aws.client(proxy.url, "s3", CLIENT_CONFIG).put_object(Bucket="some", Key="key", Body=b"content")
    with pytest.raises(ClientError, match="Refused"):
        aws.client(proxy.url, "sqs", CLIENT_CONFIG).send_message(
            QueueUrl=f"{proxy.url}/000000000000/some", MessageBody="text"
        )
    assert _received(upstream) == [b"content"]


def test_a_rule_about_a_text_leaves_other_requests_alone(proxy: Proxy, upstream: ThreadingHTTPServer) -> None:
    proxy.set_rules([_always("error", about="/here/")])
    proxy.set_rules([_always("error", about="this")], lane="another")
    assert httpx.post(f"{proxy.url}/here/it", content=b"is").status_code == 500
    assert httpx.post(proxy.url, content=b"about this").status_code == 500
    assert httpx.post(proxy.url, content=b"about that").content == b"about that"
    proxy.set_rules([], lane="another")
    assert httpx.post(proxy.url, content=b"about this").content == b"about this"
    assert httpx.post(f"{proxy.url}/here/it", content=b"is").status_code == 500, "the other lane's rule stays"


def test_a_lost_answer_has_done_its_work(proxy: Proxy, upstream: ThreadingHTTPServer) -> None:
    proxy.set_rules([_always("lost", status=500)])
    assert httpx.post(proxy.url, content=b"work").status_code == 500
    assert _received(upstream) == [b"work"]


def test_a_dropped_connection_has_no_answer(proxy: Proxy, upstream: ThreadingHTTPServer) -> None:
    proxy.set_rules([_always("drop")])
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.post(proxy.url, content=b"work")
    assert _received(upstream) == []
    proxy.set_rules([])
    assert httpx.post(proxy.url, content=b"work").content == b"work"


def test_without_a_server_it_answers_as_a_load_balancer_does(proxy: Proxy, upstream: ThreadingHTTPServer) -> None:
    with httpx.Client() as http:
        assert http.post(proxy.url, content=json.dumps("there")).status_code == 200
        upstream.shutdown()
        upstream.server_close()
    assert httpx.post(proxy.url, content=b"gone").status_code == 502
