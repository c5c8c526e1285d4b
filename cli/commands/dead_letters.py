"""`dead-letters` and `redrive`: what could not be done, and doing it again."""

import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

import typer

from bloomweaver.models.dead_letter import DeadLetterQueue
from bloomweaver.recovery.mending import Verdict
from cli import output
from cli.answers import DeadLetterEntry, Redriven, RedriveRun
from cli.client import Api
from cli.options import ApiUrlOption, JsonOption, checked_doc_hash, checked_text, open_api

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 2.0


def dead_letters(
    branch: Annotated[DeadLetterQueue | None, typer.Option(help="Of which queue.", show_default="all five")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many messages to show of each queue.")] = 20,
    api_url: ApiUrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what lies in the dead letter queues, and leave it there."""
    with open_api(api_url) as api:
        found = api.dead_letters(branch.value if branch else None, limit=limit)
    if as_json:
        output.print_json(found.model_dump(mode="json", exclude_none=True))
        return
    output.print_table(
        None,
        ("Queue", "#Waiting", "#In work"),
        [(queue.branch, str(queue.visible), str(queue.in_flight)) for queue in found.queues],
    )
    rows = [_row(queue.branch, letter) for queue in found.queues for letter in queue.letters]
    if rows:
        columns = ("Queue", "Document", "#Version", "Task", "Age", "#Redrives", "Reason", "Message id")
        output.print_table(None, columns, rows)


def redrive(
    branch: Annotated[DeadLetterQueue, typer.Argument(help="The queue whose letters are to run again.")],
    doc_hash: Annotated[
        str | None, typer.Option("--doc", callback=checked_doc_hash, help="Only those of this document.")
    ] = None,
    error_type: Annotated[
        str | None, typer.Option(callback=checked_text, help="Only those with this type of error.")
    ] = None,
    message_id: Annotated[str | None, typer.Option(callback=checked_text, help="Only this message.")] = None,
    wait: Annotated[bool, typer.Option(help="Wait for the end, and go on until no letter is left.")] = False,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds to wait at most.")] = 300.0,
    api_url: ApiUrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run dead letters again: a branch's work alone, from what the pipeline kept of it, without embedding anything.

    Messages that never started go back to their queue. Exits with 1 if, with --wait, a letter failed again or the
    redrive has not ended in time.
    """
    with open_api(api_url) as api:
        deadline = time.monotonic() + timeout
        runs: list[RedriveRun] = []
        redriven: Redriven | None = None
        while True:
            part = api.redrive(branch.value, doc_hash=doc_hash, error_type=error_type, message_id=message_id)
            redriven = _together(redriven, part)
            if not wait:
                break
            runs += _await(api, part.executions, deadline)
            if not part.more or not part.redriven or any(run.status != "succeeded" for run in runs):
                break
    if as_json:
        shown = redriven.model_dump(mode="json")
        output.print_json({**shown, "runs": [run.model_dump(mode="json") for run in runs]} if wait else shown)
    else:
        _print(redriven, runs)
    if any(run.status != "succeeded" for run in runs):
        raise typer.Exit(1)


def _together(earlier: Redriven | None, later: Redriven) -> Redriven:
    """Two answers about a queue as one. What stays in the queue is counted as the later one has it."""
    if earlier is None:
        return later
    dropped = [skipped for skipped in earlier.skipped if skipped.verdict is Verdict.DROP]
    changes = {
        "redriven": earlier.redriven + later.redriven,
        "superseded": earlier.superseded + later.superseded,
        "skipped": [*dropped, *later.skipped],
        "executions": [*earlier.executions, *later.executions],
    }
    return later.model_copy(update=changes)


def _await(api: Api, names: Sequence[str], deadline: float) -> list[RedriveRun]:
    runs: list[RedriveRun] = []
    for name in names:
        pause = FIRST_PAUSE_SECONDS
        while (run := api.redrive_run(name)).status == "running" and (left := deadline - time.monotonic()) > 0:
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)
        runs.append(run)
    return runs


def _print(redriven: Redriven, runs: Sequence[RedriveRun]) -> None:
    columns = ("Queue", "#Redriven", "#Superseded", "#Waiting", "#Unparseable")
    counts = (redriven.redriven, redriven.superseded, redriven.waiting, redriven.unparseable)
    output.print_table(None, columns, [(redriven.branch, *map(str, counts))])
    for skipped in redriven.skipped:
        done = {"drop": "dropped", "wait": "left there"}.get(skipped.verdict, skipped.verdict)
        output.note(f"{skipped.doc_hash} version {skipped.version} {done}: {skipped.reason}")
    if redriven.more:
        output.note("the queue holds more than one redrive takes: run the command again")
    if not runs:
        for name in redriven.executions:
            output.note(f"started {name}")
        return
    outcomes = sum((Counter(run.outcomes) for run in runs), Counter[str]())
    if outcomes:
        output.note(", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())))
    for run in runs:
        if run.error is not None:
            output.failure(f"{run.name}: {run.error.type}: {run.error.message}")
        elif run.status == "running":
            output.failure(f"{run.name} has not ended yet")


def _row(queue: str, letter: DeadLetterEntry) -> tuple[str, ...]:
    if letter.unparseable is not None:
        reason = f"{letter.unparseable.reason}; it reads {letter.unparseable.excerpt}"
    elif letter.error is not None:
        reason = f"{letter.error.type}: {output.snippet(letter.error.message)}"
    else:
        reason = "never started"
    return (
        queue,
        letter.doc_hash or "",
        "" if letter.version is None else str(letter.version),
        letter.task or (letter.operation or ""),
        str(timedelta(seconds=letter.age_seconds)),
        "" if letter.redrives is None else str(letter.redrives),
        reason,
        letter.message_id,
    )
