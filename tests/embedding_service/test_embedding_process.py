"""The service's life: start, failed start, overload, a client that hangs up, SIGTERM under load."""

import asyncio
import json
import signal
import threading
import time
from collections.abc import AsyncIterator, Coroutine, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from embedding_service.app import create_app
from embedding_service.encoder.encoder import Encoder
from embedding_service.settings import Settings
from embedding_service.turns import MOST_SECONDS
from tests.embedding_service.gated_engine import WAIT_SECONDS, GatedEngine
from tests.embedding_service.service_process import ServiceProcess, running_service

LONG_TEXT = "word " * 250


@asynccontextmanager
async def started(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """The app in this process, and a client of it."""
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://app") as client,
    ):
        yield client


async def until_ready(client: httpx.AsyncClient) -> None:
    while (await client.get("/ready")).status_code != 200:
        await asyncio.sleep(0)


def run(scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(scenario, 2 * WAIT_SECONDS))


def test_nothing_but_health_works_before_the_model_is_loaded(minilm_folder: Path) -> None:
    may_load = threading.Event()

    def load() -> Encoder:
        assert may_load.wait(WAIT_SECONDS)
        return Encoder("minilm", model_dir=minilm_folder, threads=1)

    async def scenario() -> None:
        async with started(create_app(Settings(retry_after_seconds=7), load_encoder=load)) as client:
            assert (await client.get("/health")).status_code == 200
            for answer in (
                await client.get("/ready"),
                await client.get("/info"),
                await client.post("/embed", json={"inputs": "a"}),
            ):
                assert (answer.status_code, answer.json()["error_type"]) == (503, "Unhealthy")
                assert answer.headers["retry-after"] == "7"
            may_load.set()
            await until_ready(client)
            assert (await client.post("/embed", json={"inputs": "a"})).status_code == 200

    run(scenario())


def test_a_model_that_is_not_there_ends_the_service(tmp_path: Path) -> None:
    service = ServiceProcess(model_dir=tmp_path / "nowhere")
    assert service.wait_for_end() == 1
    assert any("nowhere" in line["message"] and line["level"] == "ERROR" for line in service.log)
    assert not any("exception" in line for line in service.log)


def test_an_unexpected_error_while_loading_ends_the_service(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "tokenizer.json").write_text("not this")
    service = ServiceProcess(model_dir=tmp_path)
    assert service.wait_for_end() == 1
    assert any("exception" in line for line in service.log)


def test_settings_that_cannot_be_are_named() -> None:
    service = ServiceProcess(model="gpt", port="many", max_queued_tokens=0)
    assert service.wait_for_end() == 2
    named = {line["message"].split(":")[0] for line in service.log}
    assert named == {"EMBEDDING_MODEL", "EMBEDDING_PORT", "EMBEDDING_MAX_QUEUED_TOKENS"}


def test_overload_is_answered_with_429_and_passes() -> None:
    body = {"inputs": [LONG_TEXT] * 10}
    with running_service(max_queued_tokens=3000, retry_after_seconds=3) as (_, url):
        with ThreadPoolExecutor(16) as clients:
            answers = list(clients.map(lambda _: httpx.post(f"{url}/embed", json=body, timeout=60), range(16)))
        assert {answer.status_code for answer in answers} == {200, 429}
        for answer in answers:
            if answer.status_code == 429:
                assert 3 <= int(answer.headers["retry-after"]) <= MOST_SECONDS
                assert answer.json()["error_type"] == "Overloaded"
        assert httpx.post(f"{url}/embed", json=body, timeout=60).status_code == 200
        too_much = httpx.post(f"{url}/embed", json={"inputs": [LONG_TEXT] * 12}, timeout=60)
        assert (too_much.status_code, too_much.json()["error_type"]) == (413, "Validation")


def test_sigterm_answers_what_is_in_flight_and_exits_0() -> None:
    body = {"inputs": [LONG_TEXT] * 12}
    with running_service() as (service, url):
        sent = threading.Barrier(5)

        def on_event(name: str, _: dict[str, Any]) -> None:
            if name == "http11.send_request_body.complete":
                sent.wait(WAIT_SECONDS)

        def request(_: int) -> httpx.Response:
            with httpx.Client(base_url=url, timeout=60) as client:
                client.get("/health")
                return client.post("/embed", json=body, extensions={"trace": on_event})

        with ThreadPoolExecutor(4) as clients:
            answers = [clients.submit(request, number) for number in range(4)]
            sent.wait(WAIT_SECONDS)
            # Answered after the service has read the requests that were sent before.
            httpx.get(f"{url}/health")
            service.process.send_signal(signal.SIGTERM)
            assert [answer.result().status_code for answer in answers] == [200] * 4
        assert service.wait_for_end() == 0
        assert all(line["level"] == "INFO" for line in service.log)
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{url}/health")


def test_what_is_not_done_when_the_time_to_finish_is_up_is_answered_with_503() -> None:
    body = {"inputs": [LONG_TEXT] * 1000}
    with running_service(shutdown_seconds=1) as (service, url), ThreadPoolExecutor(1) as client:
        answer = client.submit(httpx.post, f"{url}/embed", json=body, timeout=60)
        deadline = time.monotonic() + WAIT_SECONDS
        while 'embedding_queue_tokens{lane="bulk"} 0.0' in httpx.get(f"{url}/metrics").text:
            assert time.monotonic() < deadline
        service.process.send_signal(signal.SIGTERM)
        assert answer.result().status_code == 503
        assert answer.result().json()["error_type"] == "Unhealthy"
        assert "retry-after" in answer.result().headers
        assert service.wait_for_end() == 0


def test_sigterm_while_the_model_loads_exits_0() -> None:
    service = ServiceProcess()
    service.wait_for("listening")
    service.process.send_signal(signal.SIGTERM)
    assert service.wait_for_end() == 0


def test_a_client_that_hangs_up_gives_up_its_place(minilm_folder: Path) -> None:
    encoder = Encoder("minilm", model_dir=minilm_folder, threads=1)
    encoder.engine = engine = GatedEngine(dimension=encoder.spec.dimension)
    texts = 200
    hung_up = asyncio.Event()
    sent: list[MutableMapping[str, Any]] = []
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/embed",
        "headers": [(b"content-type", b"application/json")],
        "query_string": b"",
    }
    messages = [{"type": "http.request", "body": json.dumps({"inputs": [LONG_TEXT] * texts}).encode()}]

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop()
        await hung_up.wait()
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def scenario() -> None:
        app = create_app(Settings(), load_encoder=lambda: encoder)
        async with started(app) as client:
            await until_ready(client)
            request = asyncio.ensure_future(app(scope, receive, send))
            assert await asyncio.to_thread(engine.entered.wait, WAIT_SECONDS)
            hung_up.set()
            await request
            engine.gate.set()

    run(scenario())
    assert sent[0]["status"] == 499
    assert sum(map(len, engine.runs)) < texts / 4
