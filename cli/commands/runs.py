"""`runs` and `run`: what the state machines did, and what the states of one run did."""

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.text import Text

from bloomweaver.models.run import RunStatus, StateMachine
from bloomweaver.runs.states import merge
from cli import output
from cli.answers import RunDetail, RunSummary
from cli.client import Api
from cli.moments import SinceOption, moment
from cli.options import ApiUrlOption, JsonOption, checked_doc_hash, open_api
from cli.pages import read_pages
from cli.run_tree import STYLES, duration, lines_of, seconds_of
from cli.tables import print_rows

EVENTS_A_PAGE = 500
_IN_VAIN = frozenset({RunStatus.FAILED, RunStatus.TIMED_OUT, RunStatus.ABORTED})


def runs(
    doc_hash: Annotated[
        str | None,
        typer.Argument(
            metavar="DOC", callback=checked_doc_hash, show_default=False, help="Only the runs of this document."
        ),
    ] = None,
    state_machine: Annotated[
        StateMachine | None, typer.Option(help="Only runs of this one.", show_default=False)
    ] = None,
    status: Annotated[RunStatus | None, typer.Option(help="Only those that are so far.", show_default=False)] = None,
    since: SinceOption = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Runs to show at most.")] = 20,
    api_url: ApiUrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """List runs, the newest first; with DOC those of a document.

    `bloomweaver run ID` shows what the states of one did.
    """
    begun = moment(since)
    if doc_hash is not None and (state_machine or status or begun):
        raise typer.BadParameter("the runs of a document take no --state-machine, --status or --since")
    with open_api(api_url) as api:

        def read(number: int, after: str | None) -> tuple[list[RunSummary], str | None]:
            if doc_hash is not None:
                page = api.document_runs(doc_hash, limit=number, cursor=after)
            else:
                page = api.runs(state_machine=state_machine, status=status, since=begun, limit=number, cursor=after)
            return page.runs, page.next_cursor

        found, cursor = read_pages(limit, read)
    if as_json:
        output.print_json({"runs": [run.model_dump(mode="json") for run in found], "next_cursor": cursor})
        return
    if found:
        columns = ("Began", "Run", "Status", "#Took", "Of", "Error")
        print_rows(output.results, None, columns, [_row(run) for run in found])
    if cursor is not None:
        output.note("there are more runs; --limit shows more")
    if not found:
        output.note("no runs")


def run(
    id: Annotated[str, typer.Argument(metavar="ID", show_default=False, help="The id of a run, as `runs` shows it.")],
    every: Annotated[
        bool, typer.Option("--all", help="Show each iteration of a Map, those that went well at once too.")
    ] = False,
    whole: Annotated[
        bool, typer.Option("--whole", help="Inputs, outputs and causes as a whole; inputs and outputs with --json.")
    ] = False,
    events: Annotated[int, typer.Option(min=1, help="Events of the history to read at most.")] = 5000,
    api_url: ApiUrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a run's states did: a tree with times, attempts and errors.

    Exits with 1 if the run is not known, or did not succeed.
    """
    with open_api(api_url) as api:
        found = _read(api, id, whole, events)
    if as_json:
        output.print_json(found.model_dump(mode="json"))
    else:
        _print(found, every)
    if found.status in _IN_VAIN:
        raise typer.Exit(1)


def _read(api: Api, id_: str, whole: bool, events: int) -> RunDetail:
    """The run, with the states of its history put together."""
    limit = min(EVENTS_A_PAGE, events)
    found = api.run(id_, limit=limit, whole=whole)
    read = limit
    while found.next_cursor is not None and read < events:
        page = api.run(id_, whole=whole, cursor=found.next_cursor)
        read += limit
        found = found.model_copy(
            update={
                "states": merge(found.states, page.states),
                "chunks": page.chunks or found.chunks,
                "next_cursor": page.next_cursor,
            }
        )
    return found


def _row(run: RunSummary) -> tuple[Text, ...]:
    status = output.plain(run.status.value)
    status.stylize(STYLES.get(run.status.value, ""))
    cells = (run.started_at[:19], run.id, status, _took(run), _of(run), run.error_type or "")
    return tuple(cell if isinstance(cell, Text) else output.plain(cell) for cell in cells)


def _of(run: RunSummary) -> str:
    """What the run is of, in a few words."""
    if run.document is None:
        return run.state_machine.value if run.operation_id is not None else ""
    tried = f", attempt {run.document.attempt}" if run.document.attempt else ""
    return f"{run.document.doc_hash}, version {run.document.version}{tried}"


def _took(run: RunSummary) -> str:
    return duration(seconds_of(run.started_at, run.ended_at)) if run.ended_at is not None else ""


def _print(run: RunDetail, every: bool) -> None:
    for line in (*_head(run), Text(), *lines_of(run, every=every)):
        if output.results.is_terminal:
            output.results.print(line, overflow="fold")
        else:
            output.results.print(line, soft_wrap=True)
    if not run.history:
        output.note("Step Functions does not know the run's history any more")
    if run.next_cursor is not None:
        output.note("the history goes on; --events reads more of it")


def _head(run: RunDetail) -> Iterator[Text]:
    status = Text(run.status.value, style=STYLES.get(run.status.value, ""))
    began = f"  began {run.started_at[:19]} UTC"
    took = f", took {_took(run)}" if run.ended_at is not None else ""
    yield Text.assemble(output.plain(run.id), "  ", status, began, took)
    if run.document is not None:
        yield output.plain(f"{run.document.operation} of {_of(run)}")
    if run.chunks is not None:
        yield output.plain(f"{run.chunks.count} chunks of {run.chunks.model} for index {run.chunks.index}")
    if run.error is not None:
        cause = f": {output.snippet(run.error.cause.text)}" if run.error.cause is not None else ""
        yield Text(output.plain(f"{run.error.type}{cause}").plain, style="bold red")
    for name, link in run.links:
        if link is not None and name in ("dead_letters", "report", "console"):
            yield output.plain(f"{name.replace('_', ' ')}: {link}")
