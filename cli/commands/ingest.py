"""`ingest`: files and folders to documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from bloomweaver.models import folder_path
from cli import awaiting, output
from cli.answers import Compared
from cli.client import Api, ApiError
from cli.comparing import unchanged
from cli.delivery import deliver
from cli.live.settling import Awaited, Settlement
from cli.options import ApiUrlOption, JsonOption, checked_folder, checked_language, open_api
from cli.parallel import in_parallel
from cli.progress import progress_bar
from cli.sources import CONTENT_TYPES, PREFIX, Found, Source, find

REFUSED_SHOWN = 20


@dataclass(frozen=True)
class Delivery:
    """What became of a file: it was sent, need not be, or could not be."""

    source: Source
    status: Literal["queued", "unchanged", "refused"]
    version: int = 0
    """Of the document; 0 where it was refused."""
    awaited: Awaited | None = None
    """To wait for; none where it was refused."""
    error: ApiError | OSError | None = None

    def row(self) -> dict[str, Any]:
        """For a script."""
        row: dict[str, Any] = {"path": str(self.source.path), "doc_hash": self.source.doc_hash, "status": self.status}
        if self.error is None:
            return {**row, "version": self.version}
        row |= {"reason": str(self.error)}
        if isinstance(self.error, ApiError):
            row["errors"] = [field.model_dump() for field in self.error.errors]
        return row


def _checked_prefix(value: str) -> str:
    if value and not PREFIX.fullmatch(value):
        raise typer.BadParameter("1 to 64 letters, digits, hyphens and underscores")
    return value


def ingest(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH", exists=True, show_default=False, help="Files and folders.")
    ],
    prefix: Annotated[
        str, typer.Option(callback=_checked_prefix, help="What the documents' ids start with.", show_default=False)
    ] = "",
    language: Annotated[
        str | None,
        typer.Option(
            callback=checked_language,
            help="What the files are written in, such as de or pt-BR. Without it each is looked at.",
            show_default=False,
        ),
    ] = None,
    folder: Annotated[
        str, typer.Option(callback=checked_folder, help="The folder that they go into, with those that they are in.")
    ] = folder_path.ROOT,
    parallel: Annotated[int, typer.Option(min=1, max=64, help="Requests at a time.")] = 4,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the pipeline is done with the documents.")] = False,
    timeout: Annotated[float, typer.Option(min=0, help="Seconds to wait at most, with --wait.")] = 600.0,
    api_url: ApiUrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send files to the pipeline, folders with all below them.

    A document's id comes from its path relative to the PATH it was found under, and so does its folder. The same folder
    again sends only what has changed: the rest is `unchanged`. Files of these kinds are sent, others skipped: .txt .md
    .markdown .html .htm .json .pdf .docx. Hidden files and folders are left out.

    Exits with 1 if a file was refused, or, with --wait, if a document failed or was not done in time.
    """
    found = find(paths, prefix, language, folder)
    with open_api(api_url) as api:
        # From before anything is sent, so that all that becomes of it is told.
        cursor = api.changes().cursor if wait else ""
        known = _unchanged(api, found.sources, parallel, quiet=as_json)
        changed = [source for source in found.sources if source.doc_hash not in known]
        sent = _deliver_all(api, changed, parallel, quiet=as_json)
        deliveries = [_in_its_place(source, sent, known) for source in found.sources]
        settlement: Settlement | None = None
        if wait:
            awaited = [delivery.awaited for delivery in deliveries if delivery.awaited is not None]
            settlement = awaiting.await_documents(api, awaited, cursor, folder, timeout, parallel, quiet=as_json)
    counts = _counts(found, deliveries)
    if as_json:
        documents = [delivery.row() for delivery in deliveries]
        unusable = [{"path": str(entry.path), "status": "refused", "reason": entry.reason} for entry in found.unusable]
        result: dict[str, Any] = {**counts, "documents": documents + unusable}
        if settlement is not None:
            result |= awaiting.as_json(settlement)
        output.print_json(result)
    else:
        _print(found, deliveries, counts, settlement)
    if counts["refused"] or (settlement is not None and not settlement.is_good):
        raise typer.Exit(1)


def _deliver_all(api: Api, sources: Sequence[Source], parallel: int, *, quiet: bool) -> dict[str, Delivery]:
    def attempt(source: Source) -> Delivery:
        try:
            accepted = deliver(api, source)
            return Delivery(source, accepted.status, accepted.version, Awaited.sent(accepted))
        except ApiError as error:
            if error.unreachable:
                raise
            return Delivery(source, "refused", error=error)
        except OSError as error:
            return Delivery(source, "refused", error=error)

    deliveries: dict[str, Delivery] = {}
    with progress_bar(quiet=quiet) as progress, in_parallel(attempt, sources, parallel) as results:
        task = progress.add_task("sent", total=len(sources))
        try:
            for delivery in results:
                deliveries[delivery.source.doc_hash] = delivery
                progress.advance(task)
        except ApiError as error:
            raise ApiError(
                f"{error.detail}; {len(deliveries)} of {len(sources)} files were answered before. "
                "Run the command again: those will be unchanged"
            ) from error
    return deliveries


def _unchanged(api: Api, sources: Sequence[Source], parallel: int, *, quiet: bool) -> dict[str, Compared]:
    with progress_bar(quiet=quiet) as progress:
        task = progress.add_task("compared", total=len(sources))
        return unchanged(api, sources, parallel, lambda count: progress.advance(task, count))


def _in_its_place(source: Source, sent: Mapping[str, Delivery], known: Mapping[str, Compared]) -> Delivery:
    compared = known.get(source.doc_hash)
    if compared is None:
        return sent[source.doc_hash]
    awaited = Awaited(compared.doc_hash, compared.version, compared.status)
    return Delivery(source, "unchanged", compared.version, awaited)


def _counts(found: Found, deliveries: Sequence[Delivery]) -> dict[str, int]:
    statuses = [delivery.status for delivery in deliveries]
    return {
        "queued": statuses.count("queued"),
        "unchanged": statuses.count("unchanged"),
        "refused": statuses.count("refused") + len(found.unusable),
        "skipped": found.skipped.total(),
    }


def _print(found: Found, deliveries: Sequence[Delivery], counts: dict[str, int], settlement: Settlement | None) -> None:
    refused = [(delivery.source.path, str(delivery.error)) for delivery in deliveries if delivery.error is not None]
    refused += [(entry.path, entry.reason) for entry in found.unusable]
    for path, reason in refused[:REFUSED_SHOWN]:
        output.failure(f"{path}: {reason}")
    if len(refused) > REFUSED_SHOWN:
        output.failure(f"and {len(refused) - REFUSED_SHOWN} more; --json lists them all")
    kinds = ", ".join(f"{count} {suffix}" for suffix, count in found.skipped.most_common())
    if kinds:
        output.note(f"skipped, as only {' '.join(CONTENT_TYPES)} are sent: {kinds}")
    output.print_table(None, [f"#{name}" for name in counts], [[str(count) for count in counts.values()]])
    if settlement is not None:
        awaiting.show(settlement)
