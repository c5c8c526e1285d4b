"""`python -m local.containers`: what `make sam-local` runs.

Exit codes: 0, every function did its work in a container; 1, one did not; 69, containers cannot run on this machine,
and the last line says why.
"""

import argparse
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import docker
from docker.errors import DockerException
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from local.config import StackConfig
from local.containers import namespaces, package
from local.containers.daemon import own_daemon, running_daemon
from local.containers.engine import engine_environment
from local.containers.errors import ContainersUnavailable
from local.containers.image import base_image, import_image
from local.containers.run import Invocation, invocations
from local.errors import StackError

UNAVAILABLE = 69
"""EX_UNAVAILABLE of sysexits.h."""
CACHE = StackConfig().directory / "sam-local"
LOGS = CACHE / "logs"


def main() -> int:
    """Run, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m local.containers", description=__doc__)
    parser.add_argument("--apart", type=Path, metavar="FOLDER", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    # As on Ctrl-C: what was started is stopped, and not left behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if arguments.apart:
            return _with_own_daemon(arguments.apart)
        with tempfile.TemporaryDirectory(prefix="sam-local-") as folder:
            client = running_daemon()
            return _with_running_daemon(client, Path(folder)) if client else _apart(Path(folder))
    except ContainersUnavailable as error:
        _say(f"sam local cannot run here: {error}")
        return UNAVAILABLE
    except StackError as error:
        _say(str(error))
        return 1


def _with_running_daemon(client: docker.DockerClient, folder: Path) -> int:
    if sys.version_info < (3, 12):
        raise ContainersUnavailable(
            "Docker answers, but AWS's image of Python 3.11 is of Amazon Linux 2, whose C library is too old for the "
            "functions' packages; run this with Python 3.12"
        )
    repository, tag = base_image()
    try:
        client.images.pull(repository, tag)
    except DockerException as error:
        raise ContainersUnavailable(f"Docker answers, but has no {repository}:{tag} to be had: {error}") from error
    return _report(invocations(client, None, package.build(CACHE), folder, LOGS, _say))


def _apart(folder: Path) -> int:
    """Start this command again where a daemon of our own can do no harm."""
    namespaces.check_permitted()
    engine_environment(CACHE / "engine")
    package.build(CACHE)
    _say("no Docker answers: a daemon is started for as long as this takes, in namespaces of its own")
    program = [sys.executable, "-m", "local.containers", "--apart", str(folder)]
    return subprocess.run(namespaces.command(program), check=False).returncode


def _with_own_daemon(folder: Path) -> int:
    namespaces.furnish()
    built = package.read(CACHE)
    with own_daemon(engine_environment(CACHE / "engine"), folder) as daemon:
        import_image(daemon.client, built.built, folder)
        return _report(invocations(daemon.client, daemon.address, built, folder, LOGS, _say))


def _report(made: Iterable[Invocation]) -> int:
    table = Table("call", "seconds", "", "result", title="sam local")
    passed = True
    for invocation in made:
        passed = passed and invocation.result.passed
        verdict = "ok" if invocation.result.passed else "FAILED"
        _say(f"{invocation.what}: {verdict}, {invocation.seconds:.1f} s")
        table.add_row(invocation.what, f"{invocation.seconds:.1f}", verdict, escape(invocation.result.detail))
    Console().print(table)
    _say("every function did its work in a container" if passed else f"not all went well; the logs are in {LOGS}")
    return 0 if passed else 1


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
