"""A server with an OpenAI-compatible address that says the same at once, and notes when it was asked and answered."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from local.ports import LOOPBACK

PIECES = ("So ", "it ", "is.")


@dataclass
class StubModel:
    """When it was asked, and when it sent its first token, in seconds of `time.monotonic`, the latest last."""

    url: str
    asked: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)


@contextmanager
def stub_model() -> Iterator[StubModel]:
    """A stub on a free port of this machine, for as long as the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            stub.asked.append(time.monotonic())
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            stub.answered.append(time.monotonic())
            for piece in PIECES:
                self._send({"choices": [{"delta": {"content": piece}}]})
            self._send({"choices": [{"delta": {}, "finish_reason": "stop"}]})

        def _send(self, event: dict[str, object]) -> None:
            self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    stub = StubModel(f"http://{LOOPBACK}:{server.server_port}/v1")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
