"""`move-folder` and `delete-folder`: what is done with all documents in a folder."""

import sys
from typing import Annotated

import typer

from bloomweaver.models.folder_change import NotChanged
from cli import output
from cli.answers import FolderChange, RunStarted
from cli.client import Api
from cli.options import ApiUrlOption, JsonOption, checked_folder, open_api
from cli.runs import follow, say_ending

_TO_DO = {
    NotChanged.FAILED: "the run of their new version failed: `bloomweaver retry`",
    NotChanged.PARTIAL: "a part of it is in a dead letter queue: `bloomweaver redrive`",
    NotChanged.NO_CONTENT: "they stay, since their content is not kept: send them again, with their new folder",
    NotChanged.NO_PLACE: "they stay, since their folder would be too deep or its path too long: move them by name",
    NotChanged.NEWER: "they stay, since they were sent or edited after it was asked for: look, and delete again",
}
_DONE = {"move": "moved", "delete": "deleted"}

FolderArgument = Annotated[
    str, typer.Argument(metavar="FOLDER", callback=checked_folder, show_default=False, help="Such as /guides/aws.")
]
TimeoutOption = Annotated[float, typer.Option(min=1, help="Seconds to wait at most; it goes on after that.")]


def move_folder(
    folder: FolderArgument,
    to: Annotated[
        str,
        typer.Argument(
            metavar="TO",
            callback=checked_folder,
            show_default=False,
            help="What it is called afterwards: its new path, not the folder that it comes into.",
        ),
    ],
    timeout: TimeoutOption = 3600.0,
    api_url: ApiUrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Move FOLDER with all in it. Nothing is embedded again.

    If there is a folder TO, the two become one. Exits with 1 if a document could not be moved, either folder is being
    changed, or it has not ended in time. Repeating it is safe.
    """
    with open_api(api_url) as api:
        _follow(api, api.move_folder(folder, to), timeout, as_json)


def delete_folder(
    folder: FolderArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    timeout: TimeoutOption = 3600.0,
    api_url: ApiUrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Delete FOLDER with all documents in it and below it.

    What is sent or edited after it began stays. Exits with 1 if a document was not deleted, the folder is being
    changed, or it has not ended in time. Repeating it is safe.
    """
    with open_api(api_url) as api:
        if not yes:
            _ask(api, folder, as_json)
        _follow(api, api.delete_folder(folder), timeout, as_json)


def _ask(api: Api, folder: str, as_json: bool) -> None:
    documents = api.folders(folder, limit=1).documents
    question = f"{documents} document{'' if documents == 1 else 's'} in and below {folder} would be deleted"
    if as_json or not sys.stdin.isatty():
        output.failure(f"{question}: --yes deletes them")
        raise typer.Exit(1)
    if not typer.confirm(f"{question}. Delete them?", err=True):
        raise typer.Exit(1)


def _follow(api: Api, started: RunStarted, timeout: float, as_json: bool) -> None:
    ended = follow(lambda: api.folder_change(started.id), timeout, lambda change: None if as_json else _so_far(change))
    if as_json:
        output.print_json(ended.model_dump(mode="json"))
    else:
        _print(ended)
    if ended.status != "succeeded" or ended.report is None or ended.report.unchanged:
        raise typer.Exit(1)


def _so_far(change: FolderChange) -> str | None:
    report = change.report
    if report is None:
        return None
    counts = report.counts
    left = f", {report.unchanged} not" if report.unchanged else ""
    return f"{_DONE[report.operation]} {counts.done} of {counts.documents}, {report.under_way} under way{left}"


def _print(ended: FolderChange) -> None:
    report = ended.report
    if report is not None:
        rows = [
            (reason, str(left.count), ", ".join(left.examples[:5]), _TO_DO[reason])
            for reason, left in report.counts.left.items()
            if left.count
        ]
        if rows:
            output.print_table(f"Not {_DONE[report.operation]}", ("Reason", "#Documents", "Such as", "Why"), rows)
        noun = "document" if report.counts.done == 1 else "documents"
        where = f"{report.folder} to {report.to}" if report.to is not None else report.folder
        output.note(f"{_DONE[report.operation]} {report.counts.done} {noun}: {where}")
    say_ending(ended)
