"""`content` and `removal`: what a document was made of, and what became of it when it was deleted."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli import output
from cli.answers import RemovalPlace
from cli.commands.documents import DOCUMENT
from cli.options import ApiUrlOption, JsonOption, open_api


def content(
    doc_hash: Annotated[str, DOCUMENT],
    file: Annotated[
        Path | None,
        typer.Option("--output", "-o", dir_okay=False, show_default=False, help="Where to write it, not to stdout."),
    ] = None,
    api_url: ApiUrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the content of the version that is served, as it was sent.

    Of a document from before contents were kept it may be passages, as JSON lines. Exits with 1 if DOC is not known, or
    serves no version. --json says what was written, and needs --output.
    """
    if file is None and as_json:
        raise typer.BadParameter("--json says what was written to a file: name one with --output")
    with open_api(api_url) as api:
        found = api.content(doc_hash)
    if file is None:
        # To a terminal too: who sent it in is not who reads it, so nothing in it may speak to the terminal.
        if sys.stdout.isatty():
            output.results.print(output.plain(found.data.decode(errors="replace")))
        else:
            sys.stdout.buffer.write(found.data)
        return
    file.write_bytes(found.data)
    written = {
        "doc_hash": doc_hash,
        "version": found.version,
        "source": found.source,
        "content_type": found.content_type,
        "size": len(found.data),
        "file": str(file),
    }
    if as_json:
        output.print_json(written)
    else:
        output.note(f"version {found.version} of {doc_hash}: {len(found.data)} bytes of {found.content_type} in {file}")


def removal(doc_hash: Annotated[str, DOCUMENT], api_url: ApiUrlOption = None, as_json: JsonOption = False) -> None:
    """Show what became of a deletion: for each place when DOC was removed, or until when a copy may remain, and why.

    Exits with 1 if DOC is not known or not deleted, or something of it is not removed yet.
    """
    with open_api(api_url) as api:
        found = api.removal(doc_hash)
    if as_json:
        output.print_json(found.model_dump(mode="json"))
    else:
        output.print_table(
            None, ("Place", "State", "Removed", "Copies until", "Why"), [_row(place) for place in found.places]
        )
        output.note(f"{doc_hash} was deleted as version {found.version} at {found.deleted_at}")
    if not found.removed:
        raise typer.Exit(1)


def _row(place: RemovalPlace) -> tuple[str, ...]:
    times = ((time or "")[:19] for time in (place.removed_at, place.copies_until))
    return (place.place, place.state, *times, place.why)
