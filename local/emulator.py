"""Serves MiniStack's application: what `python -m ministack` does, with a server that parses HTTP in C.

A document costs about fifty requests to the emulator, and parsing them in Python would be a third of its time.
"""

import gc
import os
import resource

import uvicorn

from local import map_batches

KEEP_ALIVE_SECONDS = 75
"""As long as MiniStack's own server keeps a connection."""
OBJECTS_BEFORE_COLLECTION = 50_000
"""The emulator's state is all objects that stay. At the default of 700 the collector walks them all the time."""


def main() -> None:
    """Serve until SIGTERM, which stores the state. Settings are MiniStack's own environment variables."""
    gc.set_threshold(OBJECTS_BEFORE_COLLECTION)
    map_batches.install()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    uvicorn.run(
        "ministack.app:app",
        host=os.environ["BIND_HOST"],
        port=int(os.environ["GATEWAY_PORT"]),
        http="httptools",
        loop="asyncio",
        lifespan="on",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
