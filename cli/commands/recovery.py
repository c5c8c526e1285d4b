"""`sweep` and `retry`: what hangs is started anew, what failed is run once more."""

from collections.abc import Iterator
from typing import Annotated

import typer

from bloomweaver.models.record import Status
from cli import output
from cli.answers import Accepted
from cli.client import Api, ApiError
from cli.commands.documents import DOCUMENT, PAGE
from cli.options import ApiUrlOption, JsonOption, open_api


def sweep(api_url: ApiUrlOption = None, as_json: JsonOption = False) -> None:
    """Look now for operations that no execution works on and for leftovers, and start them anew.

    The schedule does the same every few minutes. What changed a short while ago is left alone, here too.
    """
    with open_api(api_url) as api:
        counts = api.sweep().model_dump(mode="json")
    if as_json:
        output.print_json(counts)
    else:
        output.print_table(
            None, [f"#{name.replace('_', ' ')}" for name in counts], [[str(count) for count in counts.values()]]
        )


def retry(
    doc_hash: Annotated[str | None, DOCUMENT] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Every document that is failed.")] = False,
    api_url: ApiUrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run the operation of a document that failed once more, with the body that it came with.

    Exits with 1 if DOC is not known or not failed, or its body has expired; with --failed, if any was refused.
    """
    if (doc_hash is None) != failed:
        raise typer.BadParameter("give either DOC or --failed")
    with open_api(api_url) as api:
        if doc_hash is not None:
            accepted, refused = [api.retry(doc_hash)], 0
        else:
            accepted, refused = _retry_each(api, list(_failed(api)))
    if as_json:
        output.print_json({"retried": [one.model_dump(mode="json") for one in accepted], "refused": refused})
    else:
        for one in accepted:
            output.results.print(output.plain(f"{one.doc_hash} is queued again (version {one.version})"))
        if failed:
            output.results.print(output.plain(f"{len(accepted)} retried, {refused} refused"))
    if refused:
        raise typer.Exit(1)


def _failed(api: Api) -> Iterator[str]:
    cursor: str | None = None
    while True:
        page = api.documents(Status.FAILED, limit=PAGE, cursor=cursor)
        yield from (document.doc_hash for document in page.documents)
        cursor = page.next_cursor
        if cursor is None:
            return


def _retry_each(api: Api, doc_hashes: list[str]) -> tuple[list[Accepted], int]:
    accepted: list[Accepted] = []
    for doc_hash in doc_hashes:
        try:
            accepted.append(api.retry(doc_hash))
        except ApiError as error:
            if error.unreachable:
                raise
            output.failure(f"{doc_hash}: {error}")
    return accepted, len(doc_hashes) - len(accepted)
