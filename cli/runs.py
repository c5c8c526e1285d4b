"""Waits for a run that the API tells about by its id, and says how it ended."""

import time
from collections.abc import Callable
from typing import TypeVar

from cli import output
from cli.answers import FollowedRun

FIRST_PAUSE_SECONDS = 0.3
LONGEST_PAUSE_SECONDS = 3.0

Followed = TypeVar("Followed", bound=FollowedRun)


def follow(
    look: Callable[[], Followed], seconds: float, so_far: Callable[[Followed], str | None] = lambda _: None
) -> Followed:
    """The run once it has ended, or as it is after `seconds`. What `so_far` makes of it is noted when that changes.

    Raises `ApiError`.
    """
    deadline = time.monotonic() + seconds
    pause, told = FIRST_PAUSE_SECONDS, None
    # Step Functions knows an execution a moment after it was started.
    time.sleep(pause)
    while (found := look()).status == "running" and (left := deadline - time.monotonic()) > 0:
        if (news := so_far(found)) != told and news is not None:
            told = news
            output.note(news)
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)
    return found


def say_ending(run: FollowedRun) -> None:
    """Say why the run failed, or that it goes on; nothing if it succeeded."""
    if run.error is not None:
        output.failure(f"{run.id}: {run.error.type}: {run.error.message}")
    elif run.status == "running":
        output.failure(f"{run.id} has not ended yet")
