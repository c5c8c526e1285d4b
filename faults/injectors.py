"""Makes the schedule happen: a thread for each lane, one fault at a time in it."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import psutil

from faults.journal import Journal
from faults.proxy import Rule
from faults.schedule import LANES, Fault, Window
from faults.stand import Stand

_SLOW_SECONDS = 2.0
_TIMEOUT_SECONDS = 11.0
"""Longer than the functions wait for the vector index."""
_STUB_FAULTS = 400
"""More than the calls that a window can see."""
_NO_PLACE_FROM = 0.6
"""The strength from which Lambda runs nothing at all. Below, it has two places for the whole stack."""
_LOOK_SECONDS = 0.2
"""Between two looks whether a fault has happened."""


class Injectors:
    """Runs the windows of each lane at their time, and counts what happened.

    A window goes on after its end until its fault has happened once in the run: it needs somebody who asks. One that
    is over before its turn is left out, unless its fault has not happened yet.
    """

    def __init__(
        self, stand: Stand, schedule: Mapping[str, Sequence[Window]], seed: int, journal: Journal, latest: float
    ) -> None:
        """No window goes on after `latest`, by `time.monotonic`."""
        self._stand = stand
        self._journal = journal
        self._latest = latest
        self._stopped = threading.Event()
        self._schedule = schedule
        self._chance = {name: random.Random(f"injector-{name}-{seed}") for name in schedule}
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._failures: list[BaseException] = []
        self._refused_before = stand.places.refused()

    def start(self, started: float) -> None:
        """Begin; `started` is the run's begin, by `time.monotonic`."""
        for name, windows in self._schedule.items():
            thread = threading.Thread(target=self._run_lane, args=(name, windows, started), name=f"lane {name}")
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """End every fault now, and begin no more."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def join(self) -> None:
        """Return when the last window is over. Raises what a lane raised."""
        for thread in self._threads:
            thread.join()
        if self._failures:
            raise self._failures[0]

    def counts(self) -> dict[str, int]:
        """How often each fault happened: requests for those of servers, processes for kills."""
        with self._lock:
            counts = Counter(self._counts)
        for proxy in (self._stand.aws_proxy, self._stand.embedding_proxy):
            counts.update(proxy.counts())
        if refused := self._stand.places.refused() - self._refused_before:
            counts[Fault.LAMBDA_THROTTLES] = refused
        return dict(counts)

    def _run_lane(self, name: str, windows: Sequence[Window], started: float) -> None:
        try:
            for window in windows:
                self._wait_until(started + window.start)
                if self._stopped.is_set():
                    return
                if time.monotonic() >= started + window.end and self._has_happened(window.fault):
                    self._journal.note("left out", fault=window.fault)  # those before took too long
                    continue
                self._journal.note("begins", fault=window.fault, strength=window.strength)
                self._begin(name, window)(started + window.end)
                self._journal.note("ends", fault=window.fault)
        except BaseException as error:  # noqa: BLE001 - raised again by `join`
            self._failures.append(error)

    def _begin(self, lane: str, window: Window) -> Callable[[float], None]:
        """Start the fault. What is returned waits for its end, and ends it."""
        fault = window.fault
        if fault in (Fault.EMBEDDING_ABSENT, Fault.EMBEDDING_KILLED):
            return self._without_embedding(fault)
        if fault is Fault.WORKERS_KILLED:
            return lambda end: self._kill_workers(self._chance[lane], window.strength, end)
        if fault is Fault.EMULATOR_KILLED:
            return self._kill_emulator
        if fault is Fault.RESTART:
            return self._restart
        if fault is Fault.LAMBDA_THROTTLES:
            return self._throttled(window.strength)
        if lane == "index":
            return self._with_stub(fault, self._chance[lane], window.strength)
        return self._with_rules(fault, _rules(fault, window.strength))

    def _without_embedding(self, fault: Fault) -> Callable[[float], None]:
        self._stand.kill_embedding()
        self._count(fault)

        def finish(end: float) -> None:
            self._wait_until(end)
            self._stand.start_embedding()

        return finish

    def _with_rules(self, fault: Fault, rules: Sequence[Rule]) -> Callable[[float], None]:
        embedding = fault in (Fault.EMBEDDING_SLOW, Fault.EMBEDDING_429, Fault.EMBEDDING_503)
        proxy = self._stand.embedding_proxy if embedding else self._stand.aws_proxy
        proxy.set_rules(rules)

        def finish(end: float) -> None:
            self._wait_until(end)
            self._wait_until_happened(fault)
            proxy.set_rules([])

        return finish

    def _throttled(self, strength: float) -> Callable[[float], None]:
        self._stand.places.limit(0 if strength >= _NO_PLACE_FROM else 2)

        def finish(end: float) -> None:
            self._wait_until(end)
            self._wait_until_happened(Fault.LAMBDA_THROTTLES)
            self._stand.places.limit(None)

        return finish

    def _with_stub(self, fault: Fault, chance: random.Random, strength: float) -> Callable[[float], None]:
        if fault is Fault.INDEX_LATE:
            self._stand.administer_stub("POST", "consistency", {"delay_seconds": 1.0 + 3.0 * strength})
            self._count(fault)
        else:
            self._stand.administer_stub("POST", "faults", _stub_faults(fault, chance, strength))

        def finish(end: float) -> None:
            self._wait_until(end)
            if fault is Fault.INDEX_LATE:
                self._stand.administer_stub("POST", "consistency", {"delay_seconds": 0.0})
            else:
                self._wait_until_happened(fault)
                self._count(fault, self._stand.clear_stub_faults())

        return finish

    def _kill_workers(self, chance: random.Random, strength: float, end: float) -> None:
        while not self._stopped.is_set() and time.monotonic() < (
            end if self._has_happened(Fault.WORKERS_KILLED) else self._latest
        ):
            processes = sorted(self._stand.function_processes(), key=lambda process: process.pid)
            for process in chance.sample(processes, min(len(processes), 1 + int(2 * strength))):
                try:
                    process.kill()
                except psutil.NoSuchProcess:
                    continue
                self._count(Fault.WORKERS_KILLED)
                self._journal.note("killed", process=process.pid)
            self._stopped.wait(0.5)

    def _wait_until(self, end: float) -> None:
        self._stopped.wait(max(0.0, end - time.monotonic()))

    def _has_happened(self, fault: Fault) -> bool:
        return self.counts().get(fault, 0) > 0 or (fault in LANES["index"] and self._stand.stub_faults() > 0)

    def _wait_until_happened(self, fault: Fault) -> None:
        while time.monotonic() < self._latest and not self._stopped.is_set() and not self._has_happened(fault):
            self._stopped.wait(_LOOK_SECONDS)

    def _kill_emulator(self, _: float) -> None:
        self._stand.kill_emulator()
        self._count(Fault.EMULATOR_KILLED)

    def _restart(self, _: float) -> None:
        self._stand.restart()
        self._count(Fault.RESTART)

    def _count(self, fault: Fault, times: int = 1) -> None:
        with self._lock:
            self._counts[fault] += times


def _rules(fault: Fault, strength: float) -> list[Rule]:
    some = 0.3 * strength
    """Of the requests. A task makes several, so that about every second task fails."""

    def error(service: str, status: int, code: str, probability: float = some) -> Rule:
        return Rule(name=fault, service=service, probability=probability, action="error", status=status, code=code)

    match fault:
        case Fault.EMBEDDING_SLOW:
            return [Rule(name=fault, probability=1.0, action="delay", seconds=_SLOW_SECONDS * strength)]
        case Fault.EMBEDDING_429:
            return [error("*", 429, "Overloaded", strength)]
        case Fault.EMBEDDING_503:
            return [error("*", 503, "Unavailable", strength)]
        case Fault.S3_FAILS:
            return [error("s3", 500, "InternalError", some / 2), error("s3", 503, "SlowDown", some)]
        case Fault.DYNAMODB_FAILS:
            return [error("dynamodb", 500, "InternalServerError")]
        case Fault.DYNAMODB_THROTTLES:
            return [error("dynamodb", 400, "ProvisionedThroughputExceededException")]
        case Fault.SQS_FAILS:
            return [error("sqs", 500, "InternalFailure", strength)]
        case Fault.STATES_FAIL:
            return [error("states", 400, "ThrottlingException", strength)]
        case Fault.AWS_SLOW:
            return [Rule(name=fault, probability=some, action="delay", seconds=_SLOW_SECONDS * strength)]
        case Fault.AWS_ANSWER_LOST:
            return [Rule(name=fault, probability=some / 2, action="lost", status=500)]
        case Fault.AWS_DROPS:
            return [Rule(name=fault, probability=some, action="drop")]
        case _:
            raise ValueError(f"no rule makes '{fault}'")


def _stub_faults(fault: Fault, chance: random.Random, strength: float) -> list[dict[str, object]]:
    """Faults of the stand-in for Pinecone: every second call fails, or more where `strength` is high."""
    what: dict[str, object]
    match fault:
        case Fault.INDEX_429:
            what = {"status": 429, "retry_after": "1"}
        case Fault.INDEX_500:
            what = {"status": 500}
        case Fault.INDEX_TIMEOUT:
            # It does nothing: done later than its client waits, it might bring back what was removed meanwhile.
            what = {"delay_seconds": _TIMEOUT_SECONDS, "drop": True}
        case Fault.INDEX_ANSWER_LOST:
            what = {"drop": True, "applied": True}
        case Fault.INDEX_PARTIAL:
            what = {"partial": True}
        case Fault.INDEX_REFUSES:
            what = {"status": 400}
        case _:
            raise ValueError(f"the vector index cannot be told '{fault}'")
    operations: tuple[str, ...] = ("upsert", "delete", "search")
    if fault in (Fault.INDEX_TIMEOUT, Fault.INDEX_PARTIAL):
        operations = ("upsert",)
    most = 2 if fault is Fault.INDEX_TIMEOUT else _STUB_FAULTS // 10
    faults: list[dict[str, object]] = []
    for _ in range(most):
        operation = chance.choice(operations)
        faults.append({"operation": operation, "skip": chance.randint(0, 2), "times": 1 + int(3 * strength), **what})
    return faults
