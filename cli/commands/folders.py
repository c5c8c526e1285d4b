"""`folders`: what is in a folder of the library."""

from typing import Annotated

import typer

from bloomweaver.library.listed import Order
from bloomweaver.models import folder_path
from bloomweaver.models.record import Status
from cli import output
from cli.answers import DocumentPage, FolderList
from cli.options import ApiUrlOption, JsonOption, checked_folder, open_api

PAGE = 200


def folders(
    folder: Annotated[
        str, typer.Argument(metavar="FOLDER", callback=checked_folder, help="Such as /guides/aws.")
    ] = folder_path.ROOT,
    recursive: Annotated[
        bool, typer.Option("--recursive", "-r", help="List the documents of all folders below it, too.")
    ] = False,
    status: Annotated[Status | None, typer.Option(help="Only documents of this status.", show_default=False)] = None,
    sort: Annotated[
        Order | None, typer.Option(help="By title, or the one that was accepted last first.", show_default="title")
    ] = None,
    prefix: Annotated[str, typer.Option(help="Only titles that begin so.", show_default=False)] = "",
    limit: Annotated[int, typer.Option(min=1, max=PAGE, help="Folders and documents to show at most, each.")] = 50,
    api_url: ApiUrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the folders in FOLDER, each with the number of documents below it, and the documents in it."""
    with open_api(api_url) as api:
        listed = api.folders(folder, limit=limit)
        page = api.in_folder(folder, recursive=recursive, status=status, sort=sort, prefix=prefix, limit=limit)
    if as_json:
        output.print_json(
            {
                **listed.model_dump(mode="json"),
                "in_it": [document.model_dump(mode="json") for document in page.documents],
                "in_it_next_cursor": page.next_cursor,
            }
        )
        return
    _print(listed, page)


def _print(listed: FolderList, page: DocumentPage) -> None:
    if listed.folders:
        rows = [(each.name, str(each.documents)) for each in listed.folders]
        output.print_table(None, ("Folder", "#Documents"), rows)
    if listed.next_cursor is not None:
        output.note("there are more folders; --limit shows more, and the API pages through all")
    if page.documents:
        documents = [(each.title or "", each.doc_hash, each.status.value) for each in page.documents]
        output.print_table(None, ("Title", "Document", "Status"), documents)
    if page.next_cursor is not None:
        output.note("there are more documents; --limit shows more, and the API pages through all")
    noun = "document" if listed.documents == 1 else "documents"
    output.note(f"{listed.documents} {noun} in and below {listed.folder}")
