"""How far something is, in words for a person."""

from bloomweaver.clock import now
from bloomweaver.models.run import run_id
from bloomweaver.progress.progress import PressAction, Progress, State
from cli.live.events import Message


def progress_of(message: Message) -> Progress | None:
    """How far what a message is about is; none if it is over."""
    return Progress.model_validate(message["progress"]) if message.get("progress") else None


def said(message: Message, progress: Progress) -> str:
    """How far it is, and if it is stalled what helps."""
    if progress.stalled_after is not None and now() > progress.stalled_after:
        helps = f"`{_command(message, progress.press.action)}` {progress.press.why}"
        return f"stalled: {_how_far(progress)}, nothing new since {_clock(progress.at)}; {helps}"
    return _how_far(progress)


def _how_far(progress: Progress) -> str:
    match progress.state:
        case State.QUEUED:
            return "waiting for its turn" + (f", about {progress.waiting:,} in the queue" if progress.waiting else "")
        case State.WAKING:
            usually = f", which usually takes {progress.usual_seconds} s at most" if progress.usual_seconds else ""
            return f"waiting for an instance since {_clock(progress.since)}{usually}"
        case State.RUNNING:
            return _counts(progress)


def _counts(progress: Progress) -> str:
    if progress.done is None or progress.unit is None:
        return progress.phase or "running"
    of = f" of {progress.of:,}" if progress.of is not None else ""
    reused = f", {progress.reused:,} of them reused" if progress.reused else ""
    phase = f", {progress.phase}" if progress.phase else ""
    return f"{progress.done:,}{of} {progress.unit}{reused}{phase}"


def _command(message: Message, action: PressAction) -> str:
    match action:
        case PressAction.SWEEP:
            return "bloomweaver sweep"
        case PressAction.SHOW_RUNS:
            return f"bloomweaver runs {message['doc_hash']}"
        case PressAction.SHOW_RUN:
            return f"bloomweaver run {run_id(message['state_machine'], message['id'])}"


def _clock(time: str) -> str:
    return time[11:19]
