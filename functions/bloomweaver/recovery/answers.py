"""What the routes about runs that somebody follows answer, and those about dead letters and the sweep."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from bloomweaver.models.record import ErrorDetail
from bloomweaver.models.run import RunStatus
from bloomweaver.ports import RedriveRun, Run
from bloomweaver.progress.progress import Progress
from bloomweaver.recovery.dead_letters import QueueContent
from bloomweaver.recovery.sweep import Found


class RunStarted(BaseModel):
    """That a run was started."""

    model_config = ConfigDict(frozen=True)

    id: str
    """What the run is looked up by."""
    execution_arn: str
    """The Step Functions execution."""
    status: RunStatus

    @classmethod
    def of(cls, run: Run) -> "RunStarted":
        """A run that was started now."""
        return cls(**started(run))


class FollowedRun(RunStarted):
    """How far a run is."""

    error: ErrorDetail | None = None
    """Why it did not succeed."""
    progress: Progress | None = None
    """Null if it is over, or nothing is known yet."""


def started(run: Run) -> dict[str, Any]:
    """The fields of `RunStarted`, for what has more of them."""
    return {"id": run.name, "execution_arn": run.arn, "status": RunStatus(run.status)}


def followed(run: Run, progress: Progress | None) -> dict[str, Any]:
    """The fields of `FollowedRun`, for what has more of them. What is noted of a run may come later than its end."""
    is_over = run.status != RunStatus.RUNNING
    return {**started(run), "error": run.error, "progress": None if is_over else progress}


class DeadLetters(BaseModel):
    """What lies in the dead letter queues that were asked for."""

    model_config = ConfigDict(frozen=True)

    queues: list[QueueContent]


class FollowedRedrive(BaseModel):
    """How far a redrive is."""

    model_config = ConfigDict(frozen=True)

    name: str
    execution_arn: str
    """The Step Functions execution."""
    status: RunStatus
    """A redrive with a letter that failed again is `failed`."""
    outcomes: Mapping[str, int]
    """Letters of one that succeeded, by what became of them: `mended`, or `superseded` by a newer version."""
    error: ErrorDetail | None = None
    """Why it did not succeed."""
    progress: Progress | None = None
    """Null if it is over, or nothing is known yet."""

    @classmethod
    def of(cls, run: RedriveRun, progress: Progress | None) -> "FollowedRedrive":
        """A redrive as Step Functions has it."""
        return cls(
            name=run.name,
            execution_arn=run.arn,
            status=RunStatus(run.status),
            outcomes=Counter(run.outcomes),
            error=run.error,
            progress=progress if run.status == RunStatus.RUNNING else None,
        )


class SweepCounts(BaseModel):
    """How many records a sweep looked at, by what it made of them."""

    model_config = ConfigDict(frozen=True)

    running: int
    """An execution works on them, or ended a moment ago."""
    waiting: int
    """Their message may still lie in its queue: they are left to wait. Not all of them are counted."""
    resent: int
    """Their message was lost, and sent again."""
    begun_anew: int
    """Their execution was over: the same version got another."""
    given_up: int
    """They had as many executions as they may have, and are `failed` now."""
    cleaning: int
    """Something was left over, and an execution removes it."""
    left_over: int
    """The same, and it could not be removed: somebody has to look."""
    changed: int
    """Somebody else changed them meanwhile, so they do not hang."""
    listed: int = 0
    """They were not in the lists as they are, and are now."""
    lost_answers: int = 0
    """Not records, but answers of chats whose run was lost: they are at their end now."""

    @classmethod
    def of(cls, counts: Mapping[Found, int], listed: int, lost_answers: int) -> "SweepCounts":
        """What a sweep found, how many documents it listed, and how many answers it ended."""
        return cls(**{found.value: count for found, count in counts.items()}, listed=listed, lost_answers=lost_answers)
