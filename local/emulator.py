"""Serves MiniStack's application: what `python -m ministack` does, with a server that parses HTTP in C.

A document costs about fifty requests to the emulator, and parsing them in Python would be a third of its time.
"""

import gc
import os
import resource
import threading
import time
from pathlib import Path
from typing import NoReturn

import uvicorn
from ministack.core.lambda_runtime import reap_idle_workers

from local import access_log, lambda_places, map_batches, math_alarms, object_versions, role_enforcement

KEEP_ALIVE_SECONDS = 75
"""As long as MiniStack's own server keeps a connection."""
OBJECTS_BEFORE_COLLECTION = 50_000
"""The emulator's state is all objects that stay. At the default of 700 the collector walks them all the time."""
REAP_SECONDS = 2.0
"""How often function processes that a burst left behind are looked for. The emulator's own look comes every 30 s: until
then those of the last kind of work would lie beside those of the next."""


def _reap() -> NoReturn:
    while True:
        time.sleep(REAP_SECONDS)
        reap_idle_workers()


def main() -> None:
    """Serve until SIGTERM, which stores the state. Settings are MiniStack's own environment variables."""
    gc.set_threshold(OBJECTS_BEFORE_COLLECTION)
    lambda_places.install(Path.cwd())
    map_batches.install()
    math_alarms.install()
    object_versions.install()
    role_enforcement.install()
    if log := os.environ.get("BLOOMWEAVER_ACCESS_LOG"):
        access_log.install(Path(log))
    threading.Thread(target=_reap, name="reaper", daemon=True).start()
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
