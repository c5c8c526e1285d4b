"""The options that several commands share."""

import os
from pathlib import Path
from typing import Annotated

import typer

from bloomweaver.keys import DOC_HASH_RULE, INDEX_NAME_RULE, is_doc_hash, is_index_name
from bloomweaver.models import folder_path, language_tag
from cli import output
from cli.client import Api
from local.config import StackConfig
from local.errors import StackError

API_URL_VARIABLE = "BLOOMWEAVER_API_URL"
TOKEN_VARIABLE = "BLOOMWEAVER_TOKEN"

JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout, and nothing else there.")]
ApiUrlOption = Annotated[
    str | None,
    typer.Option(
        "--api-url",
        envvar=API_URL_VARIABLE,
        help="Base URL of the API, with its stage. By default that of the stack of this machine.",
    ),
]
DirectoryOption = Annotated[
    Path,
    typer.Option(
        "--dir",
        show_default=".local of the checkout",
        help="Where the stack keeps its data, its logs and stack.json.",
    ),
]
DEFAULT_DIRECTORY = StackConfig().directory


def checked_text(value: str | None) -> str | None:
    """The value of an argument that is sent as JSON. Raises `typer.BadParameter` if its bytes were no UTF-8."""
    if value is not None and any(0xD800 <= ord(character) <= 0xDFFF for character in value):
        raise typer.BadParameter("it is not UTF-8")
    return value


def checked_doc_hash(value: str | None) -> str | None:
    """The value of an argument that is a document's id. Raises `typer.BadParameter` if no document may have it."""
    if value is not None and not is_doc_hash(value):
        shown = output.plain(value).plain
        raise typer.BadParameter(f"'{shown}' is no document's id: {DOC_HASH_RULE}")
    return value


def checked_index_name(value: str | None) -> str | None:
    """The value of an argument that is an index's name. Raises `typer.BadParameter` if no index may have it."""
    if value is not None and not is_index_name(value):
        shown = output.plain(value).plain
        raise typer.BadParameter(f"'{shown}' is no index's name: {INDEX_NAME_RULE}")
    return value


def open_api(url: str | None) -> Api:
    """The API at `url`, or of this machine's stack if none is given. Raises `StackError` if there is neither.

    The token is that of the environment. Without one, the stack of this machine gives one, for its own API alone.
    """
    given = os.environ.get(TOKEN_VARIABLE)
    if url:
        return Api(url, token=(lambda: given) if given else None)
    # Reading the description takes the whole stack's imports with it.
    from local.stack import read_descriptor

    descriptor = read_descriptor(StackConfig().descriptor)
    if descriptor is None:
        raise StackError(
            "no API is known: start a stack on this machine with `bloomweaver up`, "
            f"or name an API with --api-url or {API_URL_VARIABLE}"
        )
    return Api(descriptor.api_url, token=(lambda: given) if given else descriptor.token)


def checked_folder(value: str) -> str:
    """A folder in the form in which it is kept; a `/` at its end is left out. Raises `typer.BadParameter`."""
    try:
        return folder_path.canonical(value.rstrip("/") or folder_path.ROOT if value else value)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def checked_language(value: str | None) -> str | None:
    """A tag of BCP 47. Raises `typer.BadParameter`."""
    if value is None:
        return None
    try:
        return language_tag.canonical(value)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
