"""How long `bloomweaver up` takes: `python -m tests.dashboard.measure_start`.

On a stack of its own. The first time the dashboard's packages are unpacked and it is built, as on a machine that has
never done it; the packages come from npm's cache, which is filled before, since a download says more of the network.
Then the stack is stopped and started again, with its data.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Annotated

import typer

from benchmarks.errors import RunError
from benchmarks.figures import Figure
from local.dashboard import build
from local.dashboard.node import node
from tests.dashboard.measuring import finish, say

STARTS = 3
FIRST_SECONDS, BUILT_SECONDS = 60.0, 12.0


def main(starts: Annotated[int, typer.Option(min=1, help="Starts once it is built.")] = STARTS) -> None:
    """Measure the start of a stack with its dashboard. Exits with 1 if a figure is not good enough."""
    with tempfile.TemporaryDirectory(prefix="start-") as directory:
        build.install(node(), Path(directory, "packages.log"))
        say("the first time")
        _forget()
        again = []
        try:
            first = _up(directory)
            for number in range(starts):
                say(f"again, {number + 1} of {starts}")
                _bloomweaver("down", directory)
                again.append(_up(directory))
        except RunError as error:
            say(f"It could not go on: {error}")
            raise typer.Exit(1) from error
        finally:
            _bloomweaver("down", directory)
    finish(
        [
            Figure("bloomweaver up, the first time", "s", first, FIRST_SECONDS),
            Figure(f"bloomweaver up once built, median of {starts}", "s", median(again), BUILT_SECONDS),
            Figure("bloomweaver up once built, longest", "s", max(again)),
        ]
    )


def _forget() -> None:
    """What a first time makes is not there."""
    shutil.rmtree(build.BUILDS / build.digest(), ignore_errors=True)
    shutil.rmtree(build.FRONTEND / "node_modules", ignore_errors=True)


def _up(directory: str) -> float:
    """Start the stack, and return how long it took in seconds."""
    ports = [argument for name in ("aws", "embedding", "dashboard") for argument in (f"--{name}-port", "0")]
    started = time.perf_counter()
    _bloomweaver("up", directory, *ports)
    seconds = time.perf_counter() - started
    if not (build.BUILDS / build.digest()).is_dir():
        raise RunError("the dashboard was not built")
    return seconds


def _bloomweaver(command: str, directory: str, *arguments: str) -> None:
    """Run the command. Raises `RunError`."""
    whole = [sys.executable, "-m", "cli.main", command, "--dir", directory, *arguments]
    ended = subprocess.run(whole, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise RunError(f"bloomweaver {command} ended with {ended.returncode}: {ended.stderr[-500:]}")


if __name__ == "__main__":
    typer.run(main)
