"""One load of the demo's documents: how fast, and which process it costs how much: `python -m benchmarks.loading`.

`benchmarks.beside` runs this file in another checkout too, so it takes from there only what has been there for long.
"""

import json
import sys
import tempfile
import threading
from collections import defaultdict
from pathlib import Path
from statistics import median

import psutil

sys.path.insert(0, str(Path.cwd()))

from benchmarks.corpus import stdlib_documents
from benchmarks.measurements import ingest, times_to_searchable
from benchmarks.running import open_api
from local import stack
from local.config import StackConfig
from local.stack import StackDescriptor

SEARCHABLE_ROUNDS = 10
_LOOK_SECONDS = 0.5


class ProcessTimes:
    """CPU seconds of the stack's processes, looked at again and again, since those of functions come and go."""

    def __init__(self, descriptor: StackDescriptor) -> None:
        self._roots = {process.pid: process.name for process in descriptor.processes}
        self._spent: dict[tuple[str, int, float], float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="process times", daemon=True)
        self._look()
        self._before = dict(self._spent)

    def __enter__(self) -> "ProcessTimes":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._look()

    def seconds(self) -> dict[str, float]:
        """What was spent while it was looked, by the name of the process, those of functions by the function's."""
        spent: defaultdict[str, float] = defaultdict(float)
        for key, seconds in self._spent.items():
            spent[key[0]] += seconds - self._before.get(key, 0.0)
        return spent

    def _watch(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            self._look()

    def _look(self) -> None:
        for pid, name in self._roots.items():
            try:
                root = psutil.Process(pid)
                self._note(root, name)
                for child in root.children(recursive=True):
                    self._note(child, " ".join(child.cmdline()).removeprefix("bloomweaver ").strip("\0 "))
            except psutil.NoSuchProcess:
                continue

    def _note(self, process: psutil.Process, name: str) -> None:
        times = process.cpu_times()
        self._spent[name, process.pid, process.create_time()] = times.user + times.system


def main() -> None:
    """Load once on a stack of its own, and print the figures as one line of JSON."""
    with tempfile.TemporaryDirectory(prefix="loading-") as directory:
        config = StackConfig(directory=Path(directory), aws_port=0, embedding_port=0)
        descriptor = stack.up(config, lambda line: print(line, file=sys.stderr))
        try:
            with open_api(descriptor) as api, ProcessTimes(descriptor) as times:
                ingestion = ingest(api, stdlib_documents())
            with open_api(descriptor) as api:
                searchable = median(times_to_searchable(api, SEARCHABLE_ROUNDS))
        finally:
            stack.down(config, lambda line: print(line, file=sys.stderr))
    spent = {name: seconds for name, seconds in sorted(times.seconds().items()) if seconds >= 0.05}
    figures = {"documents per second": ingestion.documents / ingestion.seconds, "POST to searchable": searchable}
    print(json.dumps({**figures, "CPU seconds": sum(spent.values()), "by process": spent}))


if __name__ == "__main__":
    main()
