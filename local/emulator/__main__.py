"""Serves MiniStack's application: what `python -m ministack` does, with a server that parses HTTP in C.

A document costs about fifty requests to the emulator, and parsing them in Python would be a third of its time.
"""

import asyncio
import gc
import json
import os
import resource
import socket
import sys
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import uvicorn
from ministack.core.lambda_runtime import reap_idle_workers

from local.aws import GO_ON
from local.emulator import (
    access_log,
    api_metrics,
    batching_windows,
    cloudwatch_bounds,
    dynamodb_items,
    event_log,
    executions,
    function_starts,
    function_turns,
    gateway_responses,
    gauges,
    lambda_places,
    map_batches,
    math_alarms,
    printed_metrics,
    queue_ages,
    role_enforcement,
    run_definitions,
    s3_objects,
    sqs_messages,
    table_streams,
    websocket_apis,
    whole_answers,
    whole_histories,
)
from local.emulator.control_state import ControlState, deployment_under_way
from local.emulator.gathered_writes import GatheringProtocol
from local.emulator.going_on import GoingOn
from local.emulator.requests import changes_control
from local.emulator.state_file import NAME, StateFile
from local.errors import StackError
from local.template import answering

KEEP_ALIVE_SECONDS = 75
"""As long as MiniStack's own server keeps a connection."""
END_SECONDS = 1
"""How long requests under way are waited for at the end. Whoever gets no answer asks again."""
OBJECTS_BEFORE_COLLECTION = 50_000
"""The emulator's state is all objects that stay. At the default of 700 the collector walks them all the time."""
REAP_SECONDS = 2.0
"""How often function processes that a burst left behind are looked for. The emulator's own look comes every 30 s: until
then those of the last kind of work would lie beside those of the next."""
STORE_SECONDS = 1.0
"""After a change of what a deployment makes, at the latest, it is on disk."""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Emulator:
    """MiniStack's application between what keeps its state and what holds it back until it may go on."""

    def __init__(self, file: StateFile, directory: Path) -> None:
        self._file = file
        self._control = ControlState(file)
        self._control.install()
        lambda_places.install(directory)
        function_starts.install()
        function_turns.install(answering())
        map_batches.install()
        math_alarms.install()
        gateway_responses.install()
        websocket_apis.install()
        queue_ages.install()
        role_enforcement.install()
        cloudwatch_bounds.install()
        printed_metrics.install()
        api_metrics.install()
        event_log.install()
        dynamodb_items.install(file)
        table_streams.install()
        whole_answers.install()
        sqs_messages.install(file)
        batching_windows.install()
        s3_objects.install(file)
        whole_histories.install()
        run_definitions.install(file)
        self.going_on = GoingOn(file, executions.install(file), directory)
        self.going_on.install()
        from ministack.app import app

        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        if scope["type"] == "lifespan":
            tasks = [asyncio.create_task(task) for task in (self._store(), gauges.publish_for_good())]
            await self._app(scope, receive, send)
            for task in tasks:
                task.cancel()
            return
        if scope["type"] == "http":
            if scope["path"] == GO_ON:
                await self._go_on(send)
                return
            if changes_control(scope):
                self._control.changed()
            else:
                # What is done with a table or a queue must not be on disk before the table or the queue is.
                self._control.store_if_due()
        await self._app(scope, receive, send)

    def close(self) -> None:
        """Bring all to the disk, but for what a deployment under way has made so far."""
        if not deployment_under_way():
            self._control.store()
        self._file.close()

    async def _store(self) -> None:
        while True:
            await asyncio.sleep(STORE_SECONDS)
            self._control.store_if_due()

    async def _go_on(self, send: Send) -> None:
        try:
            status, body = 200, (await asyncio.to_thread(self.going_on.go_on)).model_dump()
        except StackError as error:
            status, body = 500, {"message": str(error)}
        content = json.dumps(body).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, emulator: Emulator) -> None:
        super().__init__(config)
        self._emulator = emulator

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        await super().serve(sockets)
        if self.started:
            self._emulator.close()
        # Where the start failed, what could not be read was not read: to store what is in memory would overwrite it.
        # Threads of requests that nobody waits for any more would be waited for.
        os._exit(not self.started)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._emulator.going_on.hold()
        # Uvicorn would raise the signal once more when it has ended, and nobody would close the file.
        self.should_exit = True


def _reap() -> NoReturn:
    while True:
        time.sleep(REAP_SECONDS)
        reap_idle_workers()


def main() -> None:
    """Serve until SIGTERM. Settings are MiniStack's own environment variables; the folder is the working directory."""
    gc.set_threshold(OBJECTS_BEFORE_COLLECTION)
    try:
        file = StateFile(Path(os.environ["STATE_DIR"]) / NAME)
        emulator = Emulator(file, Path.cwd())
    except StackError as error:
        sys.exit(str(error))
    if log := os.environ.get("BLOOMWEAVER_ACCESS_LOG"):
        access_log.install(Path(log))
    threading.Thread(target=_reap, name="reaper", daemon=True).start()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    config = uvicorn.Config(
        emulator,
        host=os.environ["BIND_HOST"],
        port=int(os.environ["GATEWAY_PORT"]),
        http=GatheringProtocol,
        loop="uvloop",
        lifespan="on",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        ws_max_size=websocket_apis.MESSAGE_MAX_BYTES,
        timeout_graceful_shutdown=END_SECONDS,
        log_level="warning",
    )
    _Server(config, emulator).run()


if __name__ == "__main__":
    main()
