"""`edit`: what is said of a document, with its content as it is."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from cli import output
from cli.commands.documents import DOCUMENT
from cli.entries import split_entry, value_of_entry
from cli.options import ApiUrlOption, JsonOption, checked_folder, checked_language, checked_text, open_api


def _folder(value: str | None) -> str | None:
    return None if value is None else checked_folder(value)


def _language(value: str | None) -> str | None:
    return checked_language(value) if value else value


def edit(
    doc_hash: Annotated[str, DOCUMENT],
    title: Annotated[
        str | None, typer.Option(callback=checked_text, help="Its new title; '' removes it.", show_default=False)
    ] = None,
    folder: Annotated[
        str | None, typer.Option(callback=_folder, help="Where it goes, such as /guides/aws.", show_default=False)
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(
            callback=_language,
            help="What it is written in, such as de or pt-BR; '' has its text looked at.",
            show_default=False,
        ),
    ] = None,
    metadata: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE",
            help="""An entry of its metadata, such as year=2026 or 'tags=["a", "b"]'. May be repeated; others stay. A
            VALUE that is a number, true or false is one; in double quotes it is text.""",
            show_default=False,
        ),
    ] = None,
    remove_metadata: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="An entry to remove. May be repeated.", show_default=False),
    ] = None,
    expected_version: Annotated[
        int | None,
        typer.Option(
            min=1, help="The latest version that you have seen: of another nothing is edited.", show_default=False
        ),
    ] = None,
    api_url: ApiUrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Edit what is said of a document: its content is not sent, and nothing is embedded.

    The edit is a new version. Exits with 1 if DOC is not known or deleted, or has another version than the one that is
    expected.
    """
    changes: dict[str, Any] = {}
    if title is not None:
        changes["title"] = title or None
    if folder is not None:
        changes["folder"] = folder
    if language is not None:
        changes["language"] = language or None
    if entries := _entries(metadata or [], remove_metadata or []):
        changes["metadata"] = entries
    if not changes:
        raise typer.BadParameter("say what to edit: --title, --folder, --language, --metadata or --remove-metadata")
    if expected_version is not None:
        changes["expected_version"] = expected_version
    with open_api(api_url) as api:
        accepted = api.edit(doc_hash, changes)
    if as_json:
        output.print_json(accepted.model_dump(mode="json"))
        return
    done = "is so already" if accepted.status == "unchanged" else "is edited"
    output.results.print(output.plain(f"{doc_hash} {done} (version {accepted.version})"), soft_wrap=True)


def _entries(given: Sequence[str], removed: Sequence[str]) -> dict[str, Any]:
    """The entries of a merge patch. Raises `typer.BadParameter` where one is none, or named twice."""
    entries: dict[str, Any] = {}
    for text in given:
        try:
            key, given_value = split_entry(text)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--metadata") from error
        value = value_of_entry(given_value)
        for part in (key, *(value if isinstance(value, list) else [value])):
            checked_text(part if isinstance(part, str) else None)
        if key in entries:
            raise typer.BadParameter(f"{key!r} is named twice", param_hint="--metadata")
        entries[key] = value
    for key in removed:
        checked_text(key)
        if key in entries:
            raise typer.BadParameter(f"{key!r} is named twice", param_hint="--remove-metadata")
        entries[key] = None
    return entries
