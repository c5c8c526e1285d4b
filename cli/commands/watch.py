"""`watch`: what changes, and how far what takes longer is, as it does."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.text import Text

from bloomweaver.models import folder_path
from bloomweaver.models.record import Status
from bloomweaver.models.run import RunStatus
from cli import output
from cli.client import Api, ApiError
from cli.commands.documents import DOCUMENT
from cli.live.bars import Bars
from cli.live.events import Event, Message, Missed, Noted, Told, Watching
from cli.live.feed import Feed
from cli.live.words import progress_of, said
from cli.options import ApiUrlOption, JsonOption, checked_folder, open_api

STYLES: dict[str, str] = {
    **{Status.INDEXED: "green", Status.FAILED: "red", Status.PARTIAL: "yellow"},
    **{RunStatus.SUCCEEDED: "green", RunStatus.TIMED_OUT: "red", RunStatus.ABORTED: "red"},
}
_STATUS_CELLS = max(map(len, Status))
_HELPS = {
    Status.FAILED: "`bloomweaver retry {}` runs it again",
    Status.PARTIAL: "`bloomweaver dead-letters` shows what is missing, `bloomweaver redrive` runs that again",
}


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
    operation: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="Only this operation: a folder's change, reindex, rebuild, reconciliation or redrive.",
            show_default=False,
        ),
    ] = None,
    messages: Annotated[
        int | None, typer.Option(min=1, help="End after so many messages.", show_default="never")
    ] = None,
    api_url: ApiUrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what changes as it does: one document, those of a folder, all, or an operation. Ctrl-C ends it.

    On a terminal there is a bar for what is under way and takes longer. With --json a line for each message. What the
    connection misses is asked for, and nothing is shown twice.
    """
    if sum(each is not None for each in (doc_hash, folder, operation)) > 1:
        raise typer.BadParameter("name a document, a folder or an operation, and no two of them")
    named = {"document": doc_hash, "folder": folder, "operation": operation}
    topic = next((f"{kind}:{name}" for kind, name in named.items() if name is not None), "documents")
    with open_api(api_url) as api, _shown(folder, as_json) as shown:
        left = messages
        try:
            for event in Feed(api.live_ticket, [topic]).events():
                match event:
                    case Watching():
                        _say_what_is_watched(api, topic, doc_hash, as_json)
                    case _:
                        shown.show(event)
                if isinstance(event, Told) and left is not None:
                    left -= 1
                    if left == 0:
                        return
        except KeyboardInterrupt:
            return


def _say_what_is_watched(api: Api, topic: str, doc_hash: str | None, as_json: bool) -> None:
    kind, _, name = topic.partition(":")
    what = {"documents": "all documents", "folder": f"{name} and all below it"}.get(kind, name)
    output.note(f"watching {what}; Ctrl-C ends it")
    if doc_hash is not None and not as_json:
        _note_how_it_stands(api, doc_hash)


def _note_how_it_stands(api: Api, doc_hash: str) -> None:
    try:
        document = api.document(doc_hash)
    except ApiError as error:
        if error.status != 404:
            raise
        output.note(f"{doc_hash} is not known yet")
    else:
        output.note(f"{doc_hash} is {document.status}, version {document.version}")


class _Shown:
    """What comes: lines of what changed, and on a terminal bars of what is under way."""

    def __init__(self, folder: str | None, as_json: bool, bars: Bars | None) -> None:
        self._folder = folder
        self._as_json = as_json
        self._bars = bars
        self._stood: dict[str, tuple[object, ...]] = {}
        """Where each document or operation stood that has a bar."""

    def show(self, event: Event) -> None:
        match event:
            case Noted():
                output.note(event.text)
            case Missed():
                output.note("so much was missed that it is not told; what was shown before may be old")
            case Told() if self._as_json:
                typer.echo(json.dumps(event.message))
            case Told():
                self._tell(event.message)

    def _tell(self, message: Message) -> None:
        name = str(message.get("doc_hash") or message["id"])
        if self._bars is None:
            progress = progress_of(message)
            _print(message, self._folder, f": {said(message, progress)}" if progress is not None else "")
            return
        self._bars.show(name, _title(message), message)
        stands = message["status"], message.get("version"), message.get("folder")
        if self._stood.get(name) != stands:
            _print(message, self._folder, "")
        self._stood[name] = stands
        if message.get("progress") is None:
            del self._stood[name]


@contextmanager
def _shown(folder: str | None, as_json: bool) -> Iterator[_Shown]:
    if as_json or not output.results.is_terminal:
        yield _Shown(folder, as_json, None)
    else:
        with Bars(output.results) as bars:
            yield _Shown(folder, as_json, bars)


def _print(message: Message, folder: str | None, how_far: str) -> None:
    """A line on the terminal, as wide as that is; in a pipe it is whole."""
    status = str(message["status"])
    time = str(message["at"])[11:19]
    version = f"  v{message['version']:<4}" if "version" in message else ""
    line = Text.assemble(
        f"{time}  ",
        (f"{status:<{_STATUS_CELLS}}", STYLES.get(status, "")),
        f"{version}  ",
        output.plain(f"{_about(message, folder)}{how_far}"),
    )
    console = output.results
    if console.is_terminal:
        console.print(line, no_wrap=True, overflow="ellipsis")
    else:
        console.print(line, soft_wrap=True)
    console.file.flush()


def _title(message: Message) -> str:
    if "doc_hash" not in message:
        return f"{message['state_machine']} {message['id']}"
    return str(output.plain(message.get("title") or message["doc_hash"]))


def _about(message: Message, folder: str | None) -> str:
    if "doc_hash" not in message:
        error = f": {message['error_type']}" if message.get("error_type") else ""
        return f"{_title(message)}{error}"
    name = message["doc_hash"]
    if message.get("title"):
        name = f"{message['title']} ({name})"
    helps = _HELPS.get(message["status"], "").format(message["doc_hash"])
    if (failure := message.get("error")) is not None:
        return f"{name}: {failure['type']}: {failure['message']}" + (f"; {helps}" if helps else "")
    if message["operation"] == "DELETE":
        return str(name)
    if folder is not None and not folder_path.is_within(message["folder"], folder):
        return f"{name} moved to {message['folder']}"
    return f"{name} in {message['folder']}" + (f"; {helps}" if helps else "")
