"""Starts the service: `python -m embedding_service`. SIGTERM finishes what is in flight and exits 0."""

import logging
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

from pydantic import ValidationError

from embedding_service.logs import configure_logging
from embedding_service.model_loading import load_warm_encoder
from embedding_service.settings import Settings

logger = logging.getLogger("embedding_service")


def main() -> int:
    """Runs until a signal. Returns the exit code: 0 after a signal, 1 if the model or the port failed, 2 for a setting
    that cannot be."""
    configure_logging()
    try:
        settings = Settings()
    except ValidationError as error:
        for problem in error.errors():
            name = "_".join(("EMBEDDING", *map(str, problem["loc"]))).upper()
            logger.error("%s: %s", name, problem["msg"])
        return 2

    # uvicorn drains on a signal and raises it again at the end, for the handler that was there before: this one.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _exit)

    loading = ThreadPoolExecutor(1, "model").submit(load_warm_encoder, settings)
    # The web framework takes as long to import as the model to load: they do it at the same time.
    import uvicorn

    from embedding_service.app import create_app
    from embedding_service.http_protocol import timed_protocol

    load_failed = False

    def stop() -> None:
        nonlocal load_failed
        load_failed = True
        server.should_exit = True

    config = uvicorn.Config(
        create_app(settings, load_encoder=loading.result, on_load_failure=stop),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        loop="uvloop",
        http=timed_protocol(settings.receive_seconds),
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )
    server = uvicorn.Server(config)
    listener = config.bind_socket()
    logger.info("listening", extra={"fields": {"host": settings.host, "port": listener.getsockname()[1]}})
    server.run(sockets=[listener])
    return 1 if load_failed else 0


def _exit(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
