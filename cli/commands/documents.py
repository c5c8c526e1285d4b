"""`status` and `delete`: the documents that the pipeline knows."""

from collections.abc import Iterator
from typing import Annotated

import typer

from bloomweaver.models.record import Status
from bloomweaver.runs.links import console_link
from cli import output
from cli.answers import Document
from cli.client import Api
from cli.live.words import said
from cli.options import ApiUrlOption, JsonOption, checked_doc_hash, open_api
from cli.parallel import in_parallel

PAGE = 200
LISTS_AT_A_TIME = 4

DOCUMENT = typer.Argument(
    metavar="DOC", callback=checked_doc_hash, show_default=False, help="The id (doc_hash) of a document."
)


def status(
    doc_hash: Annotated[str | None, DOCUMENT] = None,
    newest: Annotated[int, typer.Option(min=0, max=PAGE, help="How many of the newest to list, without DOC.")] = 10,
    api_url: ApiUrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show where a document stands; without DOC, how many there are in each status, and the newest.

    Exits with 1 if DOC is not known, or is failed or partial.
    """
    with open_api(api_url) as api:
        if doc_hash is None:
            _overview(api, newest, as_json)
            return
        document = api.document(doc_hash)
    if as_json:
        output.print_json(document.model_dump(mode="json"))
    else:
        output.print_table(None, ("Field", "Value"), list(_rows(document)))
    if document.status in (Status.FAILED, Status.PARTIAL):
        raise typer.Exit(1)


def delete(doc_hash: Annotated[str, DOCUMENT], api_url: ApiUrlOption = None, as_json: JsonOption = False) -> None:
    """Delete a document. It is out of the search when the command returns; its vectors and backups follow.

    Exits with 1 if DOC is not known.
    """
    with open_api(api_url) as api:
        accepted = api.delete(doc_hash)
    if as_json:
        output.print_json(accepted.model_dump(mode="json"))
    elif accepted.status == "unchanged":
        output.results.print(output.plain(f"{doc_hash} was deleted before"))
    else:
        output.results.print(output.plain(f"{doc_hash} is deleted (version {accepted.version})"))


def _overview(api: Api, newest: int, as_json: bool) -> None:
    counts = api.counts()
    some = [status for status, number in counts.documents.items() if number and newest]
    with in_parallel(lambda status: api.documents(status, limit=newest), some, LISTS_AT_A_TIME) as pages:
        listed = [document for page in pages for document in page.documents]
    latest = sorted(listed, key=lambda document: document.updated_at, reverse=True)
    if as_json:
        output.print_json(
            {
                "counts": {status.value: number for status, number in counts.documents.items()},
                "incomplete": [status.value for status in counts.incomplete],
                "newest": [document.model_dump(mode="json") for document in latest[:newest]],
            }
        )
        return
    output.print_table(
        None,
        [f"#{status}" for status in counts.documents],
        [
            [
                f"{number} or more" if status in counts.incomplete else str(number)
                for status, number in counts.documents.items()
            ]
        ],
    )
    if latest[:newest]:
        output.print_table(
            None,
            ("Updated", "Document", "Title", "Status", "#Version", "#Chunks"),
            [
                (d.updated_at[:19], d.doc_hash, d.title or "", d.status, str(d.version), str(d.chunk_count))
                for d in latest[:newest]
            ],
        )


def _rows(document: Document) -> Iterator[tuple[str, str]]:
    yield "document", document.doc_hash
    yield "title", document.title or ""
    yield "folder", document.folder
    if document.language or document.detected_language:
        yield "language", document.language or f"{document.detected_language} (detected)"
    yield "status", document.status
    if document.progress is not None:
        yield "progress", said({"doc_hash": document.doc_hash}, document.progress)
    if document.error is not None:
        yield "error", f"{document.error.type}: {document.error.message}"
    for warning in document.warnings:
        yield "warning", warning
    yield "operation", document.operation
    yield "version", f"{document.version}"
    yield "served version", str(document.served_version) if document.served_version else "none"
    yield "chunks", str(document.chunk_count)
    yield "model", document.model or ""
    yield "content type", document.content_type or ""
    yield "source", document.source or "none"
    yield "branches", ", ".join(f"{branch}: {outcome}" for branch, outcome in document.branches.items())
    yield "metadata", ", ".join(f"{key}: {value}" for key, value in document.metadata.items())
    yield "created", document.created_at
    yield "updated", document.updated_at
    yield "correlation id", document.correlation_id
    if document.execution_arn is not None:
        yield "execution", document.execution_arn
        link = console_link(document.execution_arn)
        if link is not None:
            yield "in the console", link
