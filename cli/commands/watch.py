"""`watch`: what changes, as it does."""

import json
from typing import Annotated

import typer
from rich.text import Text

from bloomweaver.models import folder_path
from bloomweaver.models.record import Status
from cli import output
from cli.client import Api, ApiError
from cli.commands.documents import DOCUMENT
from cli.live.events import Event, Message, Missed, Noted, Told, Watching
from cli.live.feed import Feed
from cli.options import ApiUrlOption, JsonOption, checked_folder, open_api

STYLES = {Status.INDEXED: "green", Status.FAILED: "red", Status.PARTIAL: "yellow"}
_STATUS_CELLS = max(map(len, Status))


def watch(
    doc_hash: Annotated[str | None, DOCUMENT] = None,
    folder: Annotated[
        str | None,
        typer.Option(
            help="Only documents in this folder and below it.",
            show_default=False,
            callback=lambda value: value and checked_folder(value),
        ),
    ] = None,
    messages: Annotated[
        int | None, typer.Option(min=1, help="End after so many messages.", show_default="never")
    ] = None,
    api_url: ApiUrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what changes as it does: one document, those of a folder, or all. Ctrl-C ends it.

    With --json a line for each message. What the connection misses is asked for, and nothing is shown twice.
    """
    if doc_hash is not None and folder is not None:
        raise typer.BadParameter("name a document or a folder, not both")
    topic = f"document:{doc_hash}" if doc_hash else f"folder:{folder}" if folder else "documents"
    with open_api(api_url) as api:
        left = messages
        try:
            for event in Feed(api.live_ticket, [topic]).events():
                _show(event, api, doc_hash, folder, as_json)
                if isinstance(event, Told) and left is not None:
                    left -= 1
                    if left == 0:
                        return
        except KeyboardInterrupt:
            return


def _show(event: Event, api: Api, doc_hash: str | None, folder: str | None, as_json: bool) -> None:
    match event:
        case Watching():
            what = doc_hash or (f"{folder} and all below it" if folder else "all documents")
            output.note(f"watching {what}; Ctrl-C ends it")
            if doc_hash is not None and not as_json:
                _note_how_it_stands(api, doc_hash)
        case Noted():
            output.note(event.text)
        case Missed():
            output.note("so much was missed that it is not told; what was shown before may be old")
        case Told() if as_json:
            typer.echo(json.dumps(event.message))
        case Told():
            _print(event.message, folder)


def _note_how_it_stands(api: Api, doc_hash: str) -> None:
    try:
        document = api.document(doc_hash)
    except ApiError as error:
        if error.status != 404:
            raise
        output.note(f"{doc_hash} is not known yet")
    else:
        output.note(f"{doc_hash} is {document.status}, version {document.version}")


def _print(message: Message, folder: str | None) -> None:
    """A line on the terminal, as wide as that is; in a pipe it is whole."""
    status = str(message["status"])
    time = str(message["at"])[11:19]
    line = Text.assemble(
        f"{time}  ",
        (f"{status:<{_STATUS_CELLS}}", STYLES.get(Status(status), "")),
        f"  v{message['version']:<4}  ",
        output.plain(_about(message, folder)),
    )
    console = output.results
    if console.is_terminal:
        console.print(line, no_wrap=True, overflow="ellipsis")
    else:
        console.print(line, soft_wrap=True)
    console.file.flush()


def _about(message: Message, folder: str | None) -> str:
    name = message["doc_hash"]
    if message.get("title"):
        name = f"{message['title']} ({name})"
    if (error := message.get("error")) is not None:
        return f"{name}: {error['type']}: {error['message']}"
    if message["operation"] == "DELETE":
        return str(name)
    if folder is not None and not folder_path.is_within(message["folder"], folder):
        return f"{name} moved to {message['folder']}"
    return f"{name} in {message['folder']}"
