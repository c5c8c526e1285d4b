"""`smoke`: one document through a deployed system and out again."""

import time
import uuid
from typing import Annotated

import typer

from bloomweaver.models.record import Status
from cli import output
from cli.client import Api
from cli.options import ApiUrlOption, JsonOption, open_api
from cli.waiting import wait_until_settled
from local.errors import StackError

SENTENCE = "The lighthouse keeper waters the geraniums on the spiral stairs every evening."
QUERY = "who takes care of the flowers in the lighthouse"
SEARCH_PAUSE_SECONDS = 1.0


def smoke(
    timeout: Annotated[
        float, typer.Option(min=0, help="Seconds that each step may take. A fleet at zero takes minutes to wake.")
    ] = 600.0,
    api_url: ApiUrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Post a document, wait until search finds it, delete it, and check that it is gone.

    The document is deleted whatever happens. Exits with 1 if a step fails or is not done in time.
    """
    doc_hash = f"smoke-{uuid.uuid4().hex}"
    steps: list[tuple[str, float]] = []
    started = time.monotonic()
    with open_api(api_url) as api:
        health = api.health()
        steps.append((f"the API answers ({health.model}, {health.vector_store})", time.monotonic() - started))
        posted = time.monotonic()
        try:
            _index(api, doc_hash, timeout)
            steps.append(("the document is indexed", time.monotonic() - posted))
            _wait_for_a_hit(api, doc_hash, timeout)
            steps.append(("search finds it", time.monotonic() - posted))
        finally:
            deleted = time.monotonic()
            deletion = api.delete(doc_hash)
        # From the answer on, and not some time after it.
        if _is_found(api, doc_hash):
            raise StackError(f"search still shows {doc_hash}, which is deleted")
        steps.append(("the document is deleted, and search does not show it", time.monotonic() - deleted))
        _settle(api, doc_hash, deletion.version, Status.DELETED, timeout)
        steps.append(("its vectors and backups are removed", time.monotonic() - deleted))
    if as_json:
        output.print_json({"steps": [{"step": step, "seconds": round(seconds, 2)} for step, seconds in steps]})
    else:
        output.print_table(None, ("Step", "#Seconds"), [(step, f"{seconds:.2f}") for step, seconds in steps])


def _index(api: Api, doc_hash: str, timeout: float) -> None:
    accepted = api.submit(
        {
            "operation": "CREATE",
            "doc_hash": doc_hash,
            "content_type": "text/plain",
            "content": SENTENCE,
            "metadata": {"smoke": doc_hash},
        }
    )
    _settle(api, doc_hash, accepted.version, Status.INDEXED, timeout)


def _settle(api: Api, doc_hash: str, version: int, wanted: Status, timeout: float) -> None:
    settlement = wait_until_settled(api, {doc_hash: version}, timeout)
    if settlement.pending:
        raise StackError(f"{doc_hash} is not {wanted} after {timeout:.0f} s")
    [document] = settlement.ended
    if document.status is not wanted:
        reason = f": {document.error.type}: {document.error.message}" if document.error else ""
        raise StackError(f"{doc_hash} is {document.status}, not {wanted}{reason}")


def _wait_for_a_hit(api: Api, doc_hash: str, timeout: float) -> None:
    # An index may show a write some time after it has taken it.
    deadline = time.monotonic() + timeout
    while not _is_found(api, doc_hash):
        if time.monotonic() > deadline:
            raise StackError(f"search does not find {doc_hash} after {timeout:.0f} s")
        time.sleep(SEARCH_PAUSE_SECONDS)


def _is_found(api: Api, doc_hash: str) -> bool:
    found = api.search(QUERY, filter={"smoke": doc_hash}).results
    return any(hit.doc_hash == doc_hash for hit in found)
