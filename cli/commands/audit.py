"""`audit`: who asked for which change, and what became of it."""

from typing import Annotated

import typer
from rich.text import Text

from bloomweaver.audit.entries import AuditEntry, CallerKind, Outcome
from bloomweaver.audit.requests import Unnamed
from cli import output
from cli.moments import SinceOption, UntilOption, moment
from cli.options import ApiUrlOption, JsonOption, checked_doc_hash, open_api
from cli.pages import read_pages
from cli.tables import print_rows

_STYLES = {Outcome.REFUSED: "yellow", Outcome.FAILED: "bold red", Outcome.UNKNOWN: "bold red"}
_COLUMNS = ("At", "Who", "From", "Asked for", "Of", "Outcome", "Correlation id")


def audit(
    doc_hash: Annotated[
        str | None,
        typer.Argument(
            metavar="DOC", callback=checked_doc_hash, show_default=False, help="Only entries of this document."
        ),
    ] = None,
    subject: Annotated[
        str | None, typer.Option(help="Only entries of this subject of tokens.", show_default=False)
    ] = None,
    caller: Annotated[
        Unnamed | None,
        typer.Option(
            help="Only those of signed requests, of runs that an operation started, or of those who proved nothing.",
            show_default=False,
        ),
    ] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Entries to show at most.")] = 20,
    api_url: ApiUrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """List who asked for which change, the newest first; with DOC changes of a document. Takes an admin's token."""
    if sum(given is not None for given in (doc_hash, subject, caller)) > 1:
        raise typer.BadParameter("a list is of one of DOC, --subject and --caller, or of all")
    begun, ended = moment(since), moment(until)
    with open_api(api_url) as api:

        def read(number: int, after: str | None) -> tuple[list[AuditEntry], str | None]:
            page = api.audit(
                doc_hash=doc_hash,
                subject=subject,
                caller=caller,
                since=begun,
                until=ended,
                limit=number,
                cursor=after,
            )
            return page.entries, page.next_cursor

        found, cursor = read_pages(limit, read)
    if as_json:
        output.print_json({"entries": [entry.model_dump(mode="json") for entry in found], "next_cursor": cursor})
        return
    if found:
        print_rows(output.results, None, _COLUMNS, [_row(entry) for entry in found])
    if cursor is not None:
        output.note("there are more entries; --limit shows more")
    if not found:
        output.note("no entries")


def _row(entry: AuditEntry) -> tuple[Text, ...]:
    outcome = output.plain(_outcome(entry))
    outcome.stylize(_STYLES.get(entry.outcome, ""))
    cells = (entry.at[:19], _who(entry), entry.source_ip or "", _asked(entry), _of(entry), outcome)
    return tuple(cell if isinstance(cell, Text) else output.plain(cell) for cell in (*cells, entry.correlation_id))


def _who(entry: AuditEntry) -> str:
    if entry.caller.kind is CallerKind.TOKEN:
        role = f" ({entry.caller.role})" if entry.caller.role else ""
        return f"{entry.caller.subject}{role}"
    return " ".join(filter(None, (entry.caller.kind.value, entry.caller.subject)))


def _asked(entry: AuditEntry) -> str:
    return f"{entry.action} {entry.operation}" if entry.operation is not None else entry.action.value


def _of(entry: AuditEntry) -> str:
    """The document or whatever else it is of, and what it started."""
    document = entry.doc_hash or ""
    if entry.version is not None:
        document += f", version {entry.version}"
    return "\n".join(filter(None, (document, entry.target, *entry.runs)))


def _outcome(entry: AuditEntry) -> str:
    why = " ".join(str(part) for part in (entry.status, entry.error) if part is not None)
    return f"{entry.outcome}: {why}" if why else entry.outcome.value
