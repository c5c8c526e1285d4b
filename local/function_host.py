"""Starts function processes in milliseconds: a process that has imported what every function needs, and forks.

A fresh interpreter takes most of a second of CPU time to import the AWS SDK, Powertools and Pydantic, and its own
memory for them. On AWS each function has a machine of its own to do that on; here two dozen share one. A forked process
starts with the imports done and shares their memory: those of packages, and of the core, in the folder that is built.
The handlers are imported from what was deployed, as on AWS, since they read their environment; whatever starts threads
is imported in the function's process too, as a fork would not carry them over.

Protocol, over a Unix socket: `function_client` sends a JSON line with working directory and environment, and its own
standard streams as file descriptors; the host closes the connection when the function's process ends, and ends that
process when the client goes away.
"""

import array
import gc
import importlib
import json
import os
import pkgutil
import selectors
import signal
import socket
import sys
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import boto3
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
from setproctitle import setproctitle

from local import function_lock
from local.heap import keep_freed_memory
from local.ports import LOOPBACK
from local.priority import NICE, stand_back_as_session

SOCKET_NAME = "functions.sock"
PRELOADED = (
    "boto3",
    "boto3.dynamodb.types",
    "botocore.docs.docstring",
    "urllib3",
    "pydantic",
    "pydantic_settings",
    "aws_lambda_powertools",
    "aws_lambda_powertools.event_handler",
    "aws_lambda_powertools.utilities.batch",
    "aws_lambda_powertools.utilities.typing",
    "aws_xray_sdk.core",
    "simplejson",
    "bs4",
    "markdown_it",
    "markdownify",
    "jwt",
    "semantic_text_splitter",
    "tokenizers",
    # It starts a thread, and has hooks that start it anew after a fork, as nothing of it was in use before.
    "lancedb",
)
"""Third-party packages that can be forked once they are imported. Not `awslambdaric`: when it is imported, it looks up
where to get its invocations from, which is another place for each function."""
CORE = "bloomweaver"
DEPENDENCIES = "wiring.dependencies"
"""Looks at the environment only when a function asks for something."""
CLIENT_ENVIRONMENT = ("AWS_ENDPOINT_URL", "AWS_REGION")
"""What a client is made from, beside credentials. A function with another one makes clients of its own."""
STARTS_THREADS = frozenset({"bloomweaver.adapters.embedding_model"})
AWS_SERVICES = ("dynamodb", "s3", "secretsmanager", "sqs", "stepfunctions")
REQUEST_MAX_BYTES = 1 << 20
STREAMS = 3


class FunctionHost:
    """Forks a process for each client, and ends it with its client."""

    def __init__(self, listener: socket.socket, answering: frozenset[str]) -> None:
        self._listener = listener
        self._answering = answering
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ, self._accept)
        self._clients: dict[int, socket.socket] = {}
        # A SIGCHLD between two polls must not be missed: it writes to a pipe that is polled.
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._selector.register(self._wake_read, selectors.EVENT_READ, self._reap)

    def serve(self) -> NoReturn:
        """Serve until the process is ended."""
        while True:
            for key, _ in self._selector.select():
                key.data(key.fileobj)

    def _accept(self, _: Any) -> None:
        client, _address = self._listener.accept()
        client.settimeout(5)
        try:
            request, streams = _receive(client)
        except OSError as error:
            # The emulator ends clients when it likes, in the middle of their request too. The others need the host.
            print(f"a client did not finish its request: {error}", file=sys.stderr, flush=True)
            client.close()
            return
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            for target, stream in enumerate(streams):
                os.dup2(stream, target)
                os.close(stream)
            client.close()
            self._close()
            _run(request, self._answering)
        for stream in streams:
            os.close(stream)
        self._clients[pid] = client
        self._selector.register(client, selectors.EVENT_READ, lambda _: self._client_left(pid))

    def _close(self) -> None:
        """In a forked process: let go of what is the host's, and of no more: LanceDB's hooks have opened things."""
        self._selector.close()
        self._listener.close()
        os.close(self._wake_read)
        os.close(self._wake_write)
        for client in self._clients.values():
            client.close()

    def _client_left(self, pid: int) -> None:
        # The client says nothing after its request, so what can be read now is its end.
        client = self._clients.pop(pid, None)
        if client is None:
            return  # both ended between two polls, and the process was reaped first
        self._selector.unregister(client)
        client.close()
        os.kill(pid, signal.SIGKILL)

    def _reap(self, _: Any) -> None:
        os.read(self._wake_read, 4096)
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            client = self._clients.pop(pid, None)
            if client is not None:
                self._selector.unregister(client)
                client.close()


def _receive(client: socket.socket) -> tuple[dict[str, Any], list[int]]:
    streams = array.array("i")
    data, ancillary, _, _ = client.recvmsg(REQUEST_MAX_BYTES, socket.CMSG_SPACE(STREAMS * streams.itemsize))
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            streams.frombytes(content[: len(content) - len(content) % streams.itemsize])
    try:
        while not data.endswith(b"\n"):
            more = client.recv(REQUEST_MAX_BYTES)
            if not more:
                raise ConnectionError("it ended in the middle of it")
            data += more
    except OSError:
        for stream in streams:
            os.close(stream)
        raise
    request: dict[str, Any] = json.loads(data)
    return request, list(streams)


def _run(request: dict[str, Any], answering: frozenset[str]) -> NoReturn:
    package = request["environment"]["_HANDLER"].partition(".")[0]
    if package in answering:
        os.setsid()  # out of the host's session, which stands back
        keep_freed_memory()
    else:
        os.nice(NICE)
    function_lock.share(Path.cwd())
    shared = {name: os.environ.get(name, "") for name in CLIENT_ENVIRONMENT}
    os.environ.clear()
    os.environ.update(request["environment"])
    if any(os.environ.get(name, "") != value for name, value in shared.items()):
        importlib.import_module(DEPENDENCIES).aws_client.cache_clear()
    _take_credentials()
    setproctitle(f"bloomweaver function {package}")
    os.chdir(request["directory"])
    sys.path[:0] = request["path"]
    # Output goes to a pipe, which Python would buffer.
    sys.stdout = os.fdopen(1, "w", buffering=1)
    sys.stderr = os.fdopen(2, "w", buffering=1)
    from awslambdaric.__main__ import main as run_function

    run_function(["awslambdaric", request["environment"]["_HANDLER"]])
    sys.exit(0)


def _take_credentials() -> None:
    """Sign as the function that this process is: all clients made before the fork share one object with the host's."""
    assert boto3.DEFAULT_SESSION is not None
    credentials = boto3.DEFAULT_SESSION.get_credentials()
    assert credentials is not None
    credentials.access_key = os.environ["AWS_ACCESS_KEY_ID"]
    credentials.secret_key = os.environ["AWS_SECRET_ACCESS_KEY"]
    credentials.token = os.environ.get("AWS_SESSION_TOKEN") or None


def _load_core(source: str) -> None:
    sys.path.insert(0, source)
    core = importlib.import_module(CORE)
    for module in pkgutil.walk_packages(core.__path__, f"{CORE}."):
        if module.name not in STARTS_THREADS:
            importlib.import_module(module.name)
    importlib.import_module(DEPENDENCIES)
    sys.path.remove(source)


def _make_clients() -> None:
    # A client and the parsed API model behind it are a third of a function's memory.
    from wiring import dependencies

    for service in AWS_SERVICES:
        dependencies.aws_client(service)
    _call_nobody()


def _call_nobody() -> None:
    # What the first request of a process prepares for all later ones is a sixth of a function's memory.
    with socket.socket() as nobody, suppress(EndpointConnectionError):
        nobody.bind((LOOPBACK, 0))  # and does not listen
        url = f"http://{LOOPBACK}:{nobody.getsockname()[1]}"
        boto3.client("sqs", endpoint_url=url, config=Config(retries={"total_max_attempts": 1})).list_queues()


def main(source: str, answering: frozenset[str]) -> None:
    """Import, the core from the folder `source`, make AWS clients, listen in the working directory, serve.

    Functions whose package is in `answering` have somebody waiting for them; the others stand back.
    """
    # The first title finds where titles go by the environment, which a function's process replaces.
    setproctitle("bloomweaver function host")
    # LanceDB says in every child that it was forked; it was only imported here, so there is nothing to lose.
    warnings.filterwarnings("ignore", message="lancedb fork support", category=RuntimeWarning)
    for name in PRELOADED:
        importlib.import_module(name)
    _load_core(source)
    _make_clients()
    new = Path(f"{SOCKET_NAME}.new")
    new.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(new))  # relative, since the path of such a socket ends at about 100 bytes
    listener.listen(128)
    new.replace(SOCKET_NAME)  # whoever sees it can connect
    # What is here now is shared for good: collecting garbage in it would only copy its pages.
    gc.collect()
    gc.freeze()
    stand_back_as_session(os.getpid())
    FunctionHost(listener, answering).serve()


if __name__ == "__main__":
    main(sys.argv[1], frozenset(sys.argv[2:]))
