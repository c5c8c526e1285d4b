"""`python -m layers.measure [FOLDER]`: what `sam build` made, in MiB, and how long search takes to its first vector.

The times are those of a process on this machine with one core, which imports the handler, loads the model and embeds
a query. Where the files are not in the machine's memory, reading them comes on top: --cold has Linux forget
them. Run it with the Python that the layers are for.
"""

import argparse
import os
import statistics
from pathlib import Path

from rich.console import Console
from rich.table import Table

from layers.built import Built
from layers.sizes import LAMBDA_LIMIT, MIB, folder_bytes
from local.config import REPOSITORY

RUNS = 5
_PROGRAM = """
import json, os, resource, time
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
started = time.perf_counter()
import search.handler
from wiring import dependencies
imported = time.perf_counter()
encoder = dependencies.encoder(argument)
loaded = time.perf_counter()
encoder.encode_query("how do I read a file line by line?")
first = time.perf_counter()
processor = time.process_time()
for _ in range(20):
    encoder.encode_query("how do I read a file line by line?")
done = time.perf_counter()
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
# Another one of the same size, as while documents move between two.
dependencies.encoder.__wrapped__(argument).encode_query("how do I read a file line by line?")
print(json.dumps({
    "imports": imported - started,
    "model": loaded - imported,
    "first vector": first - loaded,
    "all": first - started,
    "all, processor": processor,
    "one more": (done - first) / 20,
    "memory": memory,
    "memory with two models": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m layers.measure", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=REPOSITORY / ".aws-sam" / "build")
    parser.add_argument("--cold", action="store_true", help="read every file from the disk")
    arguments = parser.parse_args()
    built = Built(arguments.folder)
    console = Console()
    console.print(_parts(built), _functions(built), _start(built, arguments.cold))


def _parts(built: Built) -> Table:
    table = Table("layer", "part", "MiB", title="Layers")
    for layer in sorted({layer for layers in built.layers.values() for layer in layers}):
        table.add_row(layer, "", _mib(built.size(layer)))
        paths = [*built.folder(layer).glob("python/*"), *built.folder(layer).glob("models/*")]
        sizes = {path.name: folder_bytes(path) if path.is_dir() else path.stat().st_size for path in paths}
        for name, size in sorted(sizes.items(), key=lambda item: item[1], reverse=True):
            if size >= MIB:
                table.add_row("", name, _mib(size))
    return table


def _functions(built: Built) -> Table:
    table = Table("functions", "layers", "MiB", "of the limit", title=f"Of Lambda's {LAMBDA_LIMIT // MIB} MiB")
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, layers in built.layers.items():
        alike.setdefault(tuple(layers), []).append(name)
    for carried, names in alike.items():
        size = max(map(built.whole_size, names))
        shown = ", ".join(names) if len(names) < 4 else f"{len(names)} others"
        table.add_row(shown, ", ".join(carried), _mib(size), f"{size / LAMBDA_LIMIT:.0%}")
    return table


def _start(built: Built, cold: bool) -> Table:
    layers = built.layers["SearchFunction"]
    (model,) = (path.name for path in (built.folder("EncoderLayer") / "models").iterdir())
    runs = []
    for _ in range(RUNS):
        if cold:
            for layer in layers:
                _forget(built.folder(layer))
        runs.append(built.run(layers, _PROGRAM, model, model))
    title = f"{model}, {'cold' if cold else 'warm'} files, {RUNS} runs"
    table = Table("search, one core", "median", "worst", title=title)
    for name in runs[0]:
        values = [run[name] for run in runs]
        unit = "{:.0f} MiB" if name.startswith("memory") else "{:.3f} s"
        table.add_row(name, unit.format(statistics.median(values)), unit.format(max(values)))
    return table


def _forget(folder: Path) -> None:
    os.sync()
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _mib(size: int) -> str:
    return f"{size / MIB:.1f}"


if __name__ == "__main__":
    main()
