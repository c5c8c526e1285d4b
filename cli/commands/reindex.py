"""`reindex`, `indexes` and `delete-index`: documents move to the deployment's index; what is left can be deleted."""

import time
from collections import Counter
from typing import Annotated

import typer

from cli import output
from cli.answers import IndexEntry, Reindex, ReindexReport
from cli.client import Api
from cli.options import ApiUrlOption, JsonOption, open_api

FIRST_PAUSE_SECONDS = 0.3
LONGEST_PAUSE_SECONDS = 3.0

_LEFT = {
    "failed": "their latest version failed: `bloomweaver retry`, or send them again",
    "partial": "they have dead letters, or lack something: `bloomweaver redrive`, or send them again",
    "no_content": "their request has expired and their backups are not whole: send them again",
}


def reindex(
    timeout: Annotated[float, typer.Option(min=1, help="Seconds to wait at most; it goes on after that.")] = 3600.0,
    api_url: ApiUrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Move every document to the index of the deployment, after a change of its model or chunking.

    Search finds every document all the while. Exits with 1 if a document could not be moved, another reindex runs, or
    this one has not ended in time. Repeating it is safe.
    """
    with open_api(api_url) as api:
        ended = _await(api, api.reindex().id, timeout, quiet=as_json)
    if as_json:
        output.print_json(ended.model_dump(mode="json"))
    else:
        _print(ended)
    if ended.status != "succeeded" or ended.report is None or ended.report.unmoved:
        raise typer.Exit(1)


def indexes(api_url: ApiUrlOption = None, as_json: JsonOption = False) -> None:
    """List the vector indexes, with how many documents are served from each."""
    documents: Counter[str] = Counter()
    with open_api(api_url) as api:
        page = api.indexes()
        documents.update(page.documents)
        while page.next_cursor is not None:
            page = api.indexes(cursor=page.next_cursor)
            documents.update(page.documents)
    if as_json:
        whole = page.model_dump(mode="json", exclude={"next_cursor", "documents"})
        output.print_json({**whole, "documents": dict(documents)})
        return
    rows = [_row(index, index.name == page.deployed, documents[index.name]) for index in page.indexes]
    head = ("Index", "State", "#Documents", "Model", "#Dimension", "#Chunk tokens", "#Overlap")
    output.print_table(None, head, rows)
    output.note(f"the deployment writes to '{page.deployed}'")


def delete_index(
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False, help="Name of a retired index.")],
    api_url: ApiUrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Delete a retired index with everything in it.

    Exits with 1 if there is no index of that name, or documents are or may be served from it.
    """
    with open_api(api_url) as api:
        deleted = api.delete_index(name)
    if as_json:
        output.print_json(deleted.model_dump(mode="json"))
    else:
        output.results.print(output.plain(f"{deleted.name} is deleted"))


def _await(api: Api, id_: str, seconds: float, *, quiet: bool) -> Reindex:
    deadline = time.monotonic() + seconds
    # Step Functions knows an execution a moment after it was started.
    pause, told = FIRST_PAUSE_SECONDS, ""
    time.sleep(pause)
    while (found := api.reindexing(id_)).status == "running" and (left := deadline - time.monotonic()) > 0:
        if found.report is not None and not quiet and (now := _so_far(found.report)) != told:
            told = now
            output.note(told)
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)
    return found


def _so_far(report: ReindexReport) -> str:
    return f"moved {report.counts.moved}, under way {report.under_way}, left where they are {report.unmoved}"


def _print(ended: Reindex) -> None:
    report = ended.report
    if report is not None:
        rows = [
            (reason, str(left.count), ", ".join(left.examples[:5]), _LEFT.get(reason, ""))
            for reason, left in report.counts.left.items()
            if left.count
        ]
        if rows:
            output.print_table("Left where they are", ("Reason", "#Documents", "Such as", "What to do"), rows)
        counts = report.counts
        output.note(
            f"moved {counts.moved} documents to '{report.index}', {counts.from_backups} of them from their backups; "
            f"{counts.served_here} of {counts.documents} are served from there"
        )
        if report.retired:
            output.note(f"retired: {', '.join(report.retired)}; `bloomweaver delete-index NAME` deletes one")
        if report.done and report.still_named:
            output.note(f"something lies in {', '.join(report.still_named)} yet: run it again later")
    if ended.error is not None:
        output.failure(f"{ended.id}: {ended.error.type}: {ended.error.message}")
    elif ended.status == "running":
        output.failure(f"{ended.id} has not ended yet")


def _row(index: IndexEntry, deployed: bool, documents: int) -> tuple[str, ...]:
    name = f"{index.name} (deployed)" if deployed else index.name
    numbers = (index.dimension, index.chunk_max_tokens, index.chunk_overlap_tokens)
    return (name, index.state, str(documents), index.model, *map(str, numbers))
