"""A Lambda runtime that hands each event to the test that waits for it, and its answer back.

It is deployed alone, as the whole of a function, so it needs nothing but the standard library.
"""

import http.client
import json
import os


def _request(address: str, method: str, path: str, body: bytes | None = None) -> tuple[dict[str, str], bytes]:
    connection = http.client.HTTPConnection(address)
    try:
        connection.request(method, path, body)
        response = connection.getresponse()
        data = response.read()
        if response.status >= 300:
            raise SystemExit(f"{method} {path}: {response.status} {data!r}")
        return {name.lower(): value for name, value in response.getheaders()}, data
    finally:
        connection.close()


def main() -> None:
    """Serve invocations until the runtime API ends."""
    runtime, function = os.environ["AWS_LAMBDA_RUNTIME_API"], os.environ["AWS_LAMBDA_FUNCTION_NAME"]
    base = "/2018-06-01/runtime/invocation"
    while True:
        headers, event = _request(runtime, "GET", f"{base}/next")
        _, answer = _request(os.environ["TASKS_ADDRESS"], "POST", f"/{function}", event)
        reply = json.loads(answer)
        # MiniStack waits for the log of a silent function longer than for a line of it.
        print(function, flush=True)
        kind = "error" if reply["failed"] else "response"
        request_id = headers["lambda-runtime-aws-request-id"]
        _request(runtime, "POST", f"{base}/{request_id}/{kind}", json.dumps(reply["body"]).encode())


if __name__ == "__main__":
    main()
