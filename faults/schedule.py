"""When which fault happens, drawn from the seed: a lane for each part of the surroundings, one fault at a time."""

import random
from dataclasses import dataclass
from enum import StrEnum
from itertools import cycle

from faults.size import RunSize


class Fault(StrEnum):
    """What can happen. The value is what it is called in the report."""

    EMBEDDING_ABSENT = "embedding service absent"
    EMBEDDING_KILLED = "embedding service killed (-9)"
    EMBEDDING_SLOW = "embedding service slow"
    EMBEDDING_429 = "embedding service answers 429"
    EMBEDDING_503 = "embedding service answers 503"
    INDEX_429 = "vector index answers 429"
    INDEX_500 = "vector index answers 500"
    INDEX_TIMEOUT = "vector index times out"
    INDEX_PARTIAL = "vector index stores half of a batch"
    INDEX_ANSWER_LOST = "vector index does it, and the answer is lost"
    INDEX_LATE = "vector index shows writes late"
    INDEX_REFUSES = "vector index refuses (400)"
    S3_FAILS = "S3 answers 500 or 503"
    DYNAMODB_FAILS = "DynamoDB answers 500"
    DYNAMODB_THROTTLES = "DynamoDB throttles"
    SQS_FAILS = "SQS answers 500"
    STATES_FAIL = "Step Functions throttles"
    AWS_SLOW = "AWS slow"
    AWS_ANSWER_LOST = "AWS does it, and the answer is lost"
    AWS_DROPS = "AWS closes the connection"
    WORKERS_KILLED = "function process killed (-9)"
    LAMBDA_THROTTLES = "Lambda throttles"
    EMULATOR_KILLED = "AWS emulator killed (-9)"
    RESTART = "whole stack killed (-9) and started"


LANES: dict[str, tuple[Fault, ...]] = {
    "embedding": (
        Fault.EMBEDDING_KILLED,
        Fault.EMBEDDING_SLOW,
        Fault.EMBEDDING_429,
        Fault.EMBEDDING_503,
    ),
    "index": (
        Fault.INDEX_429,
        Fault.INDEX_500,
        Fault.INDEX_TIMEOUT,
        Fault.INDEX_PARTIAL,
        Fault.INDEX_ANSWER_LOST,
        Fault.INDEX_LATE,
        Fault.INDEX_REFUSES,
    ),
    "aws": (
        Fault.S3_FAILS,
        Fault.DYNAMODB_FAILS,
        Fault.DYNAMODB_THROTTLES,
        Fault.SQS_FAILS,
        Fault.STATES_FAIL,
        Fault.AWS_SLOW,
        Fault.AWS_ANSWER_LOST,
        Fault.AWS_DROPS,
    ),
    "workers": (Fault.WORKERS_KILLED,),
    # The last two: seeds draw for the others what they drew before these were there.
    "emulator": (Fault.EMULATOR_KILLED,),
    "lambda": (Fault.LAMBDA_THROTTLES,),
}
LONGEST_SECONDS = 8.0
_LENGTH = (0.5, 0.8)
"""Of a fault, of the longest that it may take."""
_PAUSE = (0.05, 0.2)
"""Between two faults of a lane, of the same."""
_PAUSES = {"workers": (0.8, 1.6), "embedding": (0.6, 1.0), "emulator": (2.5, 4.0), "lambda": (2.0, 3.0)}
"""A task is tried four times when its process dies: killed all the time, none would end. The embedding service takes
some seconds to be ready, so it is away for longer than its window. While the emulator is away, or Lambda throttles,
hardly anything else can happen."""
ABSENT_SECONDS = 5.0
RESTART_AT = 0.6
"""Of the run's time."""
RESTART_SECONDS = 10.0


@dataclass(frozen=True)
class Window:
    """A fault from `start` to `end`, in seconds after the start of the run. `strength` is 0 to 1."""

    start: float
    end: float
    fault: Fault
    strength: float


def draw_schedule(size: RunSize, seed: int, *, with_index: bool) -> dict[str, list[Window]]:
    """The windows of each lane. Every fault of a lane comes before one comes again. `with_index` says whether the
    vector index is a server that can be told to fail."""
    chance = random.Random(f"schedule-{seed}")
    lanes = {name: faults for name, faults in LANES.items() if with_index or name != "index"}
    schedule = {name: _lane(name, faults, size, chance) for name, faults in lanes.items()}
    if size.restart:
        at = size.seconds * RESTART_AT
        schedule["stack"] = [Window(at, at + RESTART_SECONDS, Fault.RESTART, 1.0)]
    return schedule


def _lane(name: str, faults: tuple[Fault, ...], size: RunSize, chance: random.Random) -> list[Window]:
    pause = _PAUSES.get(name, _PAUSE)
    # So long that each comes at least once, however short the run is, with the one that it begins with.
    longest = min(LONGEST_SECONDS, size.seconds / (len(faults) * (_LENGTH[1] + pause[1]) + 1))
    windows: list[Window] = []
    now = 0.0
    if name == "embedding":
        now = min(ABSENT_SECONDS, longest)
        windows.append(Window(0.0, now, Fault.EMBEDDING_ABSENT, 1.0))
    deck = list(faults)
    chance.shuffle(deck)
    for fault in cycle(deck):
        length = chance.uniform(*_LENGTH) * longest
        now += chance.uniform(*pause) * longest
        if now + length > size.seconds:
            return windows
        windows.append(Window(round(now, 2), round(now + length, 2), fault, round(chance.uniform(0.3, 1.0), 2)))
        now += length
    return windows
