"""Keeps the documents of a sync in step with a folder, and says what is done."""

import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

import typer

from bloomweaver.models import folder_path
from cli import awaiting, output
from cli.client import Api
from cli.live.settling import Awaited, Settlement
from cli.sources import Unusable
from cli.syncing.carrying_out import Outcome, carry_out
from cli.syncing.folder import LocalFolder
from cli.syncing.plan import KnownDocument, Plan, make_plan

SHOWN = 20
LISTED_SECONDS = 30.0
LIST_PAUSE_SECONDS = 0.2
LIST_PAUSE_GROWTH = 1.5
LIST_PAUSE_LONGEST_SECONDS = 2.0


class Keeper:
    """Keeps the documents of a sync in step, and says what it does."""

    def __init__(
        self, api: Api, name: str, threads: int, *, yes: bool, as_json: bool, wait_seconds: float | None = None
    ) -> None:
        """`wait_seconds` is how long it waits at most until the pipeline is done with what is sent; none is not."""
        self._api = api
        self._name = name
        self._threads = threads
        self._yes = yes
        self._as_json = as_json
        self._wait_seconds = wait_seconds
        self._known: dict[str, KnownDocument] = {}
        self._changed = False

    def learn(self) -> None:
        """Ask the API which documents there are."""
        for document in self._documents():
            self._known[document.doc_hash] = document

    def look(self, local: LocalFolder, *, dry_run: bool, quiet: bool = False) -> bool:
        """Do what has to be done, or say it; with `quiet` say nothing where there is nothing to do.

        Returns whether something was refused, or has failed or is not done. Raises `typer.Exit` if it stops.
        """
        plan = make_plan(local.files, self._known.values(), local.unread)
        if dry_run:
            self._say(plan, local.refused, [], None)
            return bool(local.refused)
        self._ask(plan)
        outcomes, settlement = ([], None) if plan.is_empty else self._carry_out(plan)
        if not (quiet and plan.is_empty):
            self._say(plan, local.refused, outcomes, settlement)
        failed = settlement is not None and not settlement.is_good
        return failed or bool(local.refused) or any(outcome.error for outcome in outcomes)

    def settle(self) -> None:
        """Wait until the API lists what was done, a moment later: the next sync goes by that."""
        deadline, pause = time.monotonic() + LISTED_SECONDS, LIST_PAUSE_SECONDS
        while self._changed and {document.doc_hash: document.path for document in self._documents()} != {
            document.doc_hash: document.path for document in self._known.values()
        }:
            if time.monotonic() > deadline:
                output.note("the API does not list all of it yet; wait a little before the next sync")
                return
            time.sleep(pause)
            pause = min(LIST_PAUSE_LONGEST_SECONDS, pause * LIST_PAUSE_GROWTH)

    def _documents(self) -> Iterator[KnownDocument]:
        cursor: str | None = None
        while True:
            page = self._api.of_origin(self._name, cursor=cursor)
            yield from (KnownDocument.of(document) for document in page.documents)
            if (cursor := page.next_cursor) is None:
                return

    def _carry_out(self, plan: Plan) -> tuple[list[Outcome], Settlement | None]:
        if self._wait_seconds is None:
            return carry_out(self._api, plan, self._threads, self._note), None
        # From before anything is sent, so that all that becomes of it is told.
        cursor = self._api.changes().cursor
        outcomes = carry_out(self._api, plan, self._threads, self._note)
        awaited = [Awaited.sent(outcome.accepted) for outcome in outcomes if outcome.accepted is not None]
        # Not the sync's folder: what is deleted may have been in another one.
        settlement = awaiting.await_documents(
            self._api, awaited, cursor, folder_path.ROOT, self._wait_seconds, self._threads, quiet=self._as_json
        )
        return outcomes, settlement

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

    def _say(
        self, plan: Plan, refused: Sequence[Unusable], outcomes: Sequence[Outcome], settlement: Settlement | None
    ) -> None:
        failed = [(outcome.path, str(outcome.error)) for outcome in outcomes if outcome.error is not None]
        failed += [(str(entry.path), entry.reason) for entry in refused]
        counts = {**plan.counts(), "refused": len(failed)}
        if self._as_json:
            documents = [_row(outcome) for outcome in outcomes] or _planned(plan)
            waited = awaiting.as_json(settlement) if settlement is not None else {}
            output.print_json({**counts, "documents": documents, **waited})
            return
        for path, reason in failed[:SHOWN]:
            output.failure(f"{path}: {reason}")
        if len(failed) > SHOWN:
            output.failure(f"and {len(failed) - SHOWN} more; --json lists them all")
        rows = [(row["action"], row["path"], row["doc_hash"]) for row in _planned(plan)]
        if rows and len(rows) <= SHOWN:
            output.print_table(None, ("What", "File", "Document"), rows)
        output.print_table(None, [f"#{name}" for name in counts], [[str(count) for count in counts.values()]])
        if settlement is not None:
            awaiting.show(settlement)


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
    if outcome.error is not None:
        return {**row, "error": str(outcome.error)}
    return {**row, "version": outcome.accepted.version if outcome.accepted is not None else 0}
