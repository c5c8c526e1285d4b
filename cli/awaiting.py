"""Waits for the documents that a command has sent, and shows how they ended."""

from collections.abc import Sequence
from typing import Any

from cli import output
from cli.client import Api
from cli.live.following import topic_of
from cli.live.settling import Awaited, Settlement, wait_until_settled
from cli.progress import progress_bar

SHOWN = 20


def await_documents(
    api: Api, awaited: Sequence[Awaited], cursor: str, folder: str, seconds: float, threads: int, *, quiet: bool
) -> Settlement:
    """Return when the pipeline is done with the documents, which are in the folder or below it, or after so many
    seconds. `cursor` is of before they were sent. Raises `ApiError`."""
    topic = topic_of(folder, [each.doc_hash for each in awaited])
    with progress_bar(quiet=quiet) as progress:
        task = progress.add_task("done", total=len(awaited))
        return wait_until_settled(
            api, awaited, seconds, cursor=cursor, topic=topic, threads=threads, settled=lambda: progress.advance(task)
        )


def as_json(settlement: Settlement) -> dict[str, Any]:
    """For a script."""
    unsuccessful = [document.model_dump(mode="json") for document in settlement.unsuccessful]
    return {"waited": settlement.counts(), "unsuccessful": unsuccessful}


def show(settlement: Settlement) -> None:
    """For a person."""
    for document in settlement.unsuccessful[:SHOWN]:
        reason = f"{document.error.type}: {document.error.message}" if document.error else "no reason was recorded"
        output.failure(f"{document.title or document.doc_hash} is {document.status}: {reason}")
    if len(settlement.unsuccessful) > SHOWN:
        output.failure(f"and {len(settlement.unsuccessful) - SHOWN} more; --json lists them all")
    waited = settlement.counts()
    output.print_table(None, [f"#{name}" for name in waited], [[str(count) for count in waited.values()]])
    if settlement.pending:
        output.note("`bloomweaver status` shows how the pending ones go on")
