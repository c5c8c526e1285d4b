"""`reindex`, `indexes` and `delete-index`: documents move to the deployment's index; what is left can be deleted."""

import time
from collections import Counter
from typing import Annotated

import typer

from cli import output
from cli.answers import IndexEntry, Reindex
from cli.options import ApiUrlOption, JsonOption, checked_index_name, open_api
from cli.runs import follow, say_ending

_DELETING = "deleting"
_DELETION_POLL_SECONDS = 3.0
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
        started = api.reindex()
        ended = follow(lambda: api.reindexing(started.id), timeout, lambda run: None if as_json else _so_far(run))
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
    head = (
        "Index",
        "State",
        "#Documents",
        "Model",
        "#Dimension",
        "#Chunk tokens",
        "#Overlap",
        "#Extractor",
        "#Analyser",
    )
    output.print_table(None, head, rows)
    output.note(f"the deployment writes to '{page.deployed}'")


def delete_index(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", callback=checked_index_name, show_default=False, help="Name of a retired index."
        ),
    ],
    timeout: Annotated[float, typer.Option(min=0, help="Seconds to wait at most until it is gone.")] = 600.0,
    api_url: ApiUrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Delete a retired index with everything in it, and wait until it is gone, which may take minutes.

    Exits with 1 if there is no index of that name, documents are or may be served from it, or it is not gone in time.
    Repeating it is safe.
    """
    deadline = time.monotonic() + timeout
    with open_api(api_url) as api:
        while (deleted := api.delete_index(name)).status == _DELETING and time.monotonic() < deadline:
            time.sleep(min(_DELETION_POLL_SECONDS, max(0.0, deadline - time.monotonic())))
    gone = deleted.status != _DELETING
    if as_json:
        output.print_json(deleted.model_dump(mode="json"))
    else:
        output.results.print(output.plain(f"{deleted.name} is {'deleted' if gone else 'being deleted yet'}"))
    if not gone:
        raise typer.Exit(1)


def _so_far(run: Reindex) -> str | None:
    report = run.report
    if report is None:
        return None
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
            f"moved {counts.moved} documents to '{report.index}', {counts.from_backups} of them from passages; "
            f"{counts.served_here} of {counts.documents} are served from there"
        )
        if report.retired:
            output.note(f"retired: {', '.join(report.retired)}; `bloomweaver delete-index NAME` deletes one")
        if report.done and report.still_named:
            output.note(f"something lies in {', '.join(report.still_named)} yet: run it again later")
    say_ending(ended)


def _row(index: IndexEntry, deployed: bool, documents: int) -> tuple[str, ...]:
    name = f"{index.name} (deployed)" if deployed else index.name
    numbers = (
        index.dimension,
        index.chunk_max_tokens,
        index.chunk_overlap_tokens,
        index.extractor_version,
        index.analyser_version,
    )
    return (name, index.state, str(documents), index.model, *map(str, numbers))
