"""A function that dies while it answers has not answered: MiniStack takes what has come so far for all of it.

It would read an answer that was cut off before its body as an empty one, and a state machine would go on with nothing
in the place of what the function found. On AWS the invocation fails with `Runtime.ExitError`, as it does now here. It
relies on functions of exactly the version in the requirements.
"""

from collections.abc import Callable
from typing import Any


def install() -> None:
    """Have MiniStack take whole answers alone."""
    from ministack.core import lambda_runtime

    worker = lambda_runtime.ProvidedWorker
    worker._build_handler_class = _reading_whole_bodies(worker._build_handler_class)


def _reading_whole_bodies(build: Callable[..., Any]) -> Callable[..., Any]:
    def build_handler_class(self: Any, *arguments: Any) -> Any:
        handler = build(self, *arguments)
        read_body = handler._read_body

        def read_whole_body(request: Any) -> bytes:
            body: bytes = read_body(request)
            length = request.headers.get("Content-Length")
            if length is not None and len(body) < int(length):
                # Its server takes this for what it is. The process is gone, which whoever waits for the answer sees.
                raise ConnectionResetError(f"the answer ended after {len(body)} of {length} bytes")
            return body

        handler._read_body = read_whole_body
        return handler

    return build_handler_class
