"""`sync`: documents are what a folder on disk is, once or as long as it is watched."""

from pathlib import Path
from typing import Annotated

import typer
import watchfiles

from bloomweaver.models import folder_path
from cli import output
from cli.options import ApiUrlOption, JsonOption, checked_folder, checked_language, open_api
from cli.sources import as_sync_name, is_sync_name
from cli.syncing.folder import FolderReader
from cli.syncing.keeping import Keeper

WATCH_STEP_MILLISECONDS = 50
WATCH_DEBOUNCE_MILLISECONDS = 400
"""Changes that come so soon after one another are looked at together."""
WATCH_LOOK_MILLISECONDS = 5000
"""How long it waits for a change before it looks all the same: one may have come before the watch began."""


def _checked_name(value: str | None) -> str | None:
    if value is not None and not is_sync_name(value):
        raise typer.BadParameter("1 to 64 letters, digits, hyphens and underscores")
    return value


def sync(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", exists=True, file_okay=False, show_default=False, help="A folder.")
    ],
    name: Annotated[
        str | None,
        typer.Option(
            callback=_checked_name,
            help="What the sync is called: documents of this name and no others are touched.",
            show_default="the folder's",
        ),
    ] = None,
    folder: Annotated[
        str, typer.Option(callback=checked_folder, help="The folder of the library that they go into.")
    ] = folder_path.ROOT,
    language: Annotated[
        str | None,
        typer.Option(callback=checked_language, help="What the files are written in, such as de.", show_default=False),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on as files change, until Ctrl-C.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Delete without asking, however many.")] = False,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until the pipeline is done with what is sent and deleted.")
    ] = False,
    timeout: Annotated[float, typer.Option(min=0, help="Seconds to wait at most, with --wait.")] = 600.0,
    parallel: Annotated[int, typer.Option(min=1, max=64, help="Requests at a time.")] = 4,
    api_url: ApiUrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make documents what the folder PATH is: new files, changed ones, renamed ones, and those that are gone.

    A document belongs to a file by the name of the sync and the file's path. What is unchanged is not sent. A renamed
    file is the same document in another place. If more than a tenth of the documents would be deleted, it asks first;
    in a script it stops. Files that cannot be read leave their documents as they are.

    Exits with 1 if a file was refused, or it stopped, or, with --wait, if a document failed or was not done in time.
    """
    if wait and watch:
        raise typer.BadParameter("--watch does not end, so there is nothing to wait for: leave --wait out")
    chosen = name or as_sync_name(path.resolve().name)
    reader = FolderReader(path, chosen, language, folder)
    with open_api(api_url) as api:
        wait_seconds = timeout if wait else None
        keeper = Keeper(api, chosen, parallel, yes=yes, as_json=as_json, wait_seconds=wait_seconds)
        keeper.learn()
        refused = keeper.look(reader.read(), dry_run=dry_run)
        if dry_run or not watch:
            keeper.settle()
            raise typer.Exit(1 if refused else 0)
        if not as_json:
            output.note(f"watching {path}; Ctrl-C ends it")
        for _ in watchfiles.watch(
            path,
            step=WATCH_STEP_MILLISECONDS,
            debounce=WATCH_DEBOUNCE_MILLISECONDS,
            rust_timeout=WATCH_LOOK_MILLISECONDS,
            yield_on_timeout=True,
            raise_interrupt=False,
        ):
            keeper.look(reader.read(), dry_run=False, quiet=True)
