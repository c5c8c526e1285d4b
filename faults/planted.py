"""`make planted-faults`: whether the fault run finds what it is there to find.

It copies the working tree to a temporary folder, plants one fault there, has the fault run (or the test of
interleavings) run in the copy, and takes the fault out again before the next one. The working tree stays as it is.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

from cli.output import plain
from faults.plants import PLANTS, FoundBy, Plant, Unplantable
from local.config import REPOSITORY

DEFAULT_SEED = 1
_TESTS = {
    FoundBy.INTERLEAVINGS: ("tests/interleavings/test_interleavings.py", "every interleaving keeps the rules"),
    FoundBy.CACHE_INTERLEAVINGS: (
        "tests/interleavings/test_cache_interleavings.py",
        "a list that stands has all that is served",
    ),
    FoundBy.LISTS: ("tests/library/test_following.py", "lists agree with the records in any order"),
    FoundBy.CACHE_KEYS: ("tests/search/test_cached_lists.py", "whatever decides a list decides its key"),
}
"""Which tests find what the run does not, and the promise that they are about."""
RUN_SECONDS_MAX = 900.0
"""A run takes no longer by itself."""

console = Console(highlight=False)


class Written(BaseModel):
    """What a fault run wrote of its outcome."""

    violations: list[str]
    """The promise that each violation broke."""


@dataclass(frozen=True)
class Result:
    """What came of a planted fault."""

    plant: Plant
    violations: list[str] | None
    """The promises that were broken, once for each time. None if there was no outcome: nothing can be said then."""
    seconds: float
    output: str

    @property
    def found(self) -> bool:
        """Whether the fault was found."""
        return bool(self.violations)


def main(
    names: Annotated[list[str] | None, typer.Argument(help="Only faults with one of these in their names.")] = None,
    full: Annotated[bool, typer.Option("--full", help="With the full fault run, of some five minutes each.")] = False,
    seed: Annotated[int, typer.Option(help="Of the fault run.")] = DEFAULT_SEED,
    names_only: Annotated[bool, typer.Option("--list", help="List the faults, and plant none.")] = False,
) -> None:
    """Plant one fault at a time in a copy of the working tree, and see whether it is found."""
    chosen = [plant for plant in PLANTS if not names or any(name in plant.name for name in names)]
    if not chosen:
        raise typer.BadParameter(f"no fault has {' or '.join(names or [])} in its name; --list names them all")
    if names_only:
        for plant in chosen:
            console.print(plain(f"{plant.name} ({plant.path}; {plant.found_by})"))
        return
    try:
        for plant in chosen:
            plant.planted(REPOSITORY)
    except Unplantable as error:
        console.print("[bold red]The code has changed, and faults/plants.py has not:[/bold red] ", plain(str(error)))
        raise typer.Exit(1) from error
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="bloomweaver-planted-") as directory:
        copy = Path(directory) / "repository"
        copy_tracked(REPOSITORY, copy)
        for plant in chosen:
            console.print(plain(f"{plant.name}: {plant.found_by} ..."))
            result = try_plant(plant, copy, Path(directory), ["--seed", str(seed), *([] if full else ["--small"])])
            if result.violations is None:
                console.print(plain(result.output[-3000:]))
            console.print(plain(f"  {_verdict(result)}, {result.seconds:.0f} s"))
            results.append(result)
    console.print(_as_table(results))
    if not all(result.found for result in results):
        raise typer.Exit(1)


def copy_tracked(repository: Path, copy: Path) -> None:
    """Copy the files that git knows, as they are in the working tree, to the folder `copy`."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listing.stdout.split("\0"):
        source = repository / name
        if name and source.is_file():
            target = copy / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)


def try_plant(plant: Plant, copy: Path, directory: Path, arguments: Sequence[str]) -> Result:
    """Plant the fault in the copy, run what is to find it, and take it out again. `arguments` are the fault run's."""
    file = copy / plant.path
    original = file.read_text()
    file.write_text(plant.planted(copy))
    scratch = Path(tempfile.mkdtemp(dir=directory))
    began = time.monotonic()
    try:
        if plant.found_by in _TESTS:
            violations, output = _run_tests(*_TESTS[plant.found_by], copy, scratch)
        else:
            violations, output = _run_faults(copy, scratch, arguments)
    finally:
        file.write_text(original)
        shutil.rmtree(scratch)
    return Result(plant, violations, time.monotonic() - began, output)


def _run_faults(copy: Path, scratch: Path, arguments: Sequence[str]) -> tuple[list[str] | None, str]:
    outcome = scratch / "outcome.json"
    _, output = _run(["-m", "faults", *arguments, "--outcome", str(outcome)], copy, scratch)
    if not outcome.exists():
        return None, output
    return Written.model_validate_json(outcome.read_text()).violations, output


def _run_tests(tests: str, promise: str, copy: Path, scratch: Path) -> tuple[list[str] | None, str]:
    # The profile is that of the interleavings, which register it.
    profile = {"HYPOTHESIS_PROFILE": "first-failure"} if "interleavings" in tests else {}
    code, output = _run(["-m", "pytest", "-p", "no:cacheprovider", tests], copy, scratch, **profile)
    # Of pytest: 0 is all passed, 1 some failed; with anything else the tests did not run.
    violations: list[str] | None = {0: [], 1: [promise]}.get(code)
    return violations, output


def _run(arguments: Sequence[str], copy: Path, scratch: Path, **variables: str) -> tuple[int, str]:
    """Run Python in the copy. Returns its exit code and its output."""
    # The environment's own way to the packages of the project leads to the working tree; the copy comes before it.
    paths = {"PYTHONPATH": f"{copy}{os.pathsep}{copy / 'functions'}", "TMPDIR": str(scratch)}
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=copy,
        env={**os.environ, **paths, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            output, _ = process.communicate(timeout=RUN_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)  # it stops the stack that it has started
            output, _ = process.communicate()
    return process.returncode, output


def _verdict(result: Result) -> str:
    if result.violations is None:
        return "no outcome"
    return "found" if result.found else "NOT FOUND"


def _as_table(results: Sequence[Result]) -> Table:
    table = Table(title="Planted faults", title_justify="left")
    for name in ("Fault", "By", "", "Violations", "First promise broken", "Seconds"):
        table.add_column(name, justify="right" if name in ("Violations", "Seconds") else "left")
    for result in results:
        broken = result.violations or []
        table.add_row(
            result.plant.name,
            result.plant.found_by,
            _verdict(result),
            str(len(broken)),
            plain(broken[0]) if broken else "",
            f"{result.seconds:.0f}",
        )
    return table


if __name__ == "__main__":
    typer.run(main)
