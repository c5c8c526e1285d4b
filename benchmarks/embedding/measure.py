"""Measures one system in one round: it is started anew, warmed up, timed on each kind of text, and stopped."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.embedding.environments import REPOSITORY, process_environment
from benchmarks.embedding.jobs import Job, Worker
from benchmarks.embedding.memory import peak_memory_mib
from benchmarks.embedding.running_server import RunningServer
from benchmarks.embedding.systems import Library, Server
from benchmarks.embedding.texts import TextSet

TEXTS_A_REQUEST = 32
CLIENTS = (1, 4)
"""Requests at a time. A server counts with the number that suits it best."""
CLIENTS_MIXED = 4
START_SECONDS = 120.0
JOB_SECONDS = 300.0


@dataclass(frozen=True)
class Measured:
    """One system in one round. Speeds are in texts a second, by what was sent: `long`, `mixed`, and for servers also
    with the number of clients, as in `long, 4 clients`."""

    start_seconds: float
    peak_memory_mib: float
    texts_per_second: dict[str, float]


class Bench:
    """Where the texts, the vectors and the logs of a run lie."""

    def __init__(self, work: Path, text_sets: Sequence[TextSet], seconds: float) -> None:
        """`seconds` is how long each speed is measured at least."""
        self._work = work
        self._seconds = seconds
        self._texts: dict[str, Path] = {}
        self._warm_up: dict[str, Path] = {}
        for one in text_sets:
            self._texts[one.name] = self._write(f"{one.name}.json", one.texts)
            self._warm_up[one.name] = self._write(f"{one.name}-warm-up.json", one.warm_up)

    def server(self, server: Server, *, with_vectors: bool) -> tuple[Measured, NDArray[np.float32] | None]:
        """A server, asked by a client in a process of its own. With the vectors of all texts if they are wanted.

        Raises `RunError`.
        """
        client_command = [sys.executable, "-m", "benchmarks.embedding.http_client"]
        with (
            RunningServer(server, self._log(server.name)) as running,
            self._worker("the client", client_command) as client,
        ):
            target = {"url": running.url, "wire": server.wire, "texts_a_call": TEXTS_A_REQUEST}

            def ask(job: Job) -> Job:
                return client.ask(target | job, JOB_SECONDS)

            speeds = {}
            for name, clients in [*(("long", number) for number in CLIENTS), ("mixed", CLIENTS_MIXED)]:
                answer = self._timed(ask, name, {"clients": clients})
                speeds[f"{name}, {clients} client{'s' if clients > 1 else ''}"] = answer["texts"] / answer["seconds"]
            vectors = self._vectors(ask, {"clients": CLIENTS_MIXED}) if with_vectors else None
            return Measured(running.start_seconds, peak_memory_mib(running.pid), speeds), vectors

    def library(
        self, library: Library, folder: Path, *, with_vectors: bool
    ) -> tuple[Measured, NDArray[np.float32] | None]:
        """A library in a process of its own. With the vectors of all texts if they are wanted. Raises `RunError`."""
        command = [
            str(library.environment.python), "-m", "benchmarks.embedding.engine_process",
            library.engine, str(folder), library.option,
        ]  # fmt: skip
        with self._worker(library.name, command) as worker:

            def ask(job: Job) -> Job:
                return worker.ask(job, JOB_SECONDS)

            speeds = {}
            for name in self._texts:
                answer = self._timed(ask, name, {})
                speeds[name] = answer["texts"] / answer["seconds"]
            vectors = self._vectors(ask, {}) if with_vectors else None
            return Measured(worker.start_seconds, peak_memory_mib(worker.pid), speeds), vectors

    def _worker(self, name: str, command: Sequence[str]) -> Worker:
        environment = process_environment()
        return Worker(name, command, cwd=REPOSITORY, env=environment, log=self._log(name), start_limit=START_SECONDS)

    def _timed(self, ask: Callable[[Job], Job], name: str, more: Job) -> Job:
        ask({"texts": str(self._warm_up[name]), "seconds": 0.0, "vectors": self._scratch(), **more})
        return ask({"texts": str(self._texts[name]), "seconds": self._seconds, "vectors": None, **more})

    def _vectors(self, ask: Callable[[Job], Job], more: Job) -> NDArray[np.float32]:
        """The vectors of the texts of every kind, one below the other."""
        parts: list[NDArray[np.float32]] = []
        for path in self._texts.values():
            ask({"texts": str(path), "seconds": 0.0, "vectors": self._scratch(), **more})
            parts.append(np.load(self._scratch()))
        return np.concatenate(parts)

    def _scratch(self) -> str:
        return str(self._work / "vectors.npy")

    def _log(self, name: str) -> Path:
        return self._work / f"{name.replace(', ', '-').replace(' ', '-')}.log"

    def _write(self, name: str, texts: Sequence[str]) -> Path:
        path = self._work / name
        path.write_text(json.dumps(texts))
        return path
