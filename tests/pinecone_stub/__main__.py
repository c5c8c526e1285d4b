"""Runs the stub as a process: `python -m tests.pinecone_stub --port 0` prints its URL, then serves until stopped."""

import argparse
import signal
from contextlib import suppress

from tests.pinecone_stub.server import DEFAULT_API_KEY, LOOPBACK, PineconeStub


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m tests.pinecone_stub", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--host", default=LOOPBACK, help="the address to listen on")
    parser.add_argument("--api-key", default=DEFAULT_API_KEY, help="the key that clients have to send")
    arguments = parser.parse_args()
    stub = PineconeStub(arguments.port, arguments.api_key, arguments.host)
    for one in (signal.SIGINT, signal.SIGTERM):
        # SIGINT as well: it is ignored in what a shell runs in the background.
        signal.signal(one, signal.default_int_handler)
    print(stub.url, flush=True)
    with suppress(KeyboardInterrupt):
        stub.serve()


if __name__ == "__main__":
    main()
