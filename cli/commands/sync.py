"""`sync`: documents are what a folder on disk is, once or as long as it is watched."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
import watchfiles

from bloomweaver.models import folder_path
from cli import output
from cli.client import Api
from cli.options import ApiUrlOption, JsonOption, checked_folder, checked_language, open_api
from cli.sources import Unusable, as_sync_name, is_sync_name
from cli.syncing.carrying_out import Outcome, carry_out
from cli.syncing.folder import FolderReader, LocalFolder
from cli.syncing.plan import KnownDocument, Plan, make_plan

SHOWN = 20
LISTED_SECONDS = 30.0
LIST_PAUSE_SECONDS = 0.2
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
    parallel: Annotated[int, typer.Option(min=1, max=64, help="Requests at a time.")] = 4,
    api_url: ApiUrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make documents what the folder PATH is: new files, changed ones, renamed ones, and those that are gone.

    A document belongs to a file by the name of the sync and the file's path. What is unchanged is not sent. A renamed
    file is the same document in another place. If more than a tenth of the documents would be deleted, it asks first;
    in a script it stops. Files that cannot be read leave their documents as they are.

    Exits with 1 if a file was refused, or it stopped.
    """
    chosen = name or as_sync_name(path.resolve().name)
    reader = FolderReader(path, chosen, language, folder)
    with open_api(api_url) as api:
        keeper = _Keeper(api, chosen, parallel, yes=yes, as_json=as_json)
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


class _Keeper:
    """Keeps the documents of a sync in step, and says what it does."""

    def __init__(self, api: Api, name: str, threads: int, *, yes: bool, as_json: bool) -> None:
        self._api = api
        self._name = name
        self._threads = threads
        self._yes = yes
        self._as_json = as_json
        self._known: dict[str, KnownDocument] = {}
        self._changed = False

    def learn(self) -> None:
        """Ask the API which documents there are."""
        for document in self._documents():
            self._known[document.doc_hash] = document

    def look(self, local: LocalFolder, *, dry_run: bool, quiet: bool = False) -> bool:
        """Do what has to be done, or say it; with `quiet` say nothing where there is nothing to do.

        Returns whether something was refused. Raises `typer.Exit` if it stops.
        """
        plan = make_plan(local.files, self._known.values(), local.unread)
        if dry_run:
            self._say(plan, local.refused, [])
            return bool(local.refused)
        self._ask(plan)
        outcomes = [] if plan.is_empty else carry_out(self._api, plan, self._threads, self._note)
        if not (quiet and plan.is_empty):
            self._say(plan, local.refused, outcomes)
        return bool(local.refused) or any(outcome.error for outcome in outcomes)

    def settle(self) -> None:
        """Wait until the API lists what was done, a moment later: the next sync goes by that."""
        deadline = time.monotonic() + LISTED_SECONDS
        while self._changed and {document.doc_hash: document.path for document in self._documents()} != {
            document.doc_hash: document.path for document in self._known.values()
        }:
            if time.monotonic() > deadline:
                output.note("the API does not list all of it yet; wait a little before the next sync")
                return
            time.sleep(LIST_PAUSE_SECONDS)

    def _documents(self) -> Iterator[KnownDocument]:
        cursor: str | None = None
        while True:
            page = self._api.of_origin(self._name, cursor=cursor)
            yield from (KnownDocument.of(document) for document in page.documents)
            if (cursor := page.next_cursor) is None:
                return

    def _ask(self, plan: Plan) -> None:
        gone, all_of_them = len(plan.gone), len(self._known)
        if self._yes or gone * 10 <= all_of_them:
            return
        question = f"{gone} of {all_of_them} documents of the sync '{self._name}' would be deleted"
        if self._as_json or not sys.stdin.isatty():
            output.failure(f"{question}: is all of the folder there? --yes deletes them")
            raise typer.Exit(1)
        if not typer.confirm(f"{question}, since their files are gone. Delete them?", err=True):
            raise typer.Exit(1)

    def _note(self, outcome: Outcome) -> None:
        if outcome.error is None:
            self._changed = True
            self._known.pop(outcome.doc_hash, None)
            if outcome.document is not None:
                self._known[outcome.doc_hash] = outcome.document

    def _say(self, plan: Plan, refused: list[Unusable], outcomes: list[Outcome]) -> None:
        failed = [(outcome.path, str(outcome.error)) for outcome in outcomes if outcome.error is not None]
        failed += [(str(entry.path), entry.reason) for entry in refused]
        counts = {**plan.counts(), "refused": len(failed)}
        if self._as_json:
            output.print_json({**counts, "documents": [_row(outcome) for outcome in outcomes] or _planned(plan)})
            return
        for path, reason in failed[:SHOWN]:
            output.failure(f"{path}: {reason}")
        if len(failed) > SHOWN:
            output.failure(f"and {len(failed) - SHOWN} more; --json lists them all")
        rows = [(row["action"], row["path"], row["doc_hash"]) for row in _planned(plan)]
        if rows and len(rows) <= SHOWN:
            output.print_table(None, ("What", "File", "Document"), rows)
        output.print_table(None, [f"#{name}" for name in counts], [[str(count) for count in counts.values()]])


def _planned(plan: Plan) -> list[dict[str, Any]]:
    rows = [("new", file.path, file.source.doc_hash) for file in plan.new]
    rows += [("changed", file.path, file.source.doc_hash) for file in plan.changed]
    rows += [
        ("edited" if each.renamed_from is None else "renamed", each.file.path, each.file.source.doc_hash)
        for each in plan.edited
    ]
    rows += [("gone", document.path, document.doc_hash) for document in plan.gone]
    return [{"action": action, "path": path, "doc_hash": doc_hash} for action, path, doc_hash in rows]


def _row(outcome: Outcome) -> dict[str, Any]:
    row: dict[str, Any] = {"action": outcome.action.value, "path": outcome.path, "doc_hash": outcome.doc_hash}
    return {**row, "version": outcome.version} if outcome.error is None else {**row, "error": str(outcome.error)}
