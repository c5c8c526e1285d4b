"""Where what belongs to a run is found: on other routes of the API, and in AWS's console."""

from urllib.parse import quote, urlencode

from pydantic import BaseModel, ConfigDict

from bloomweaver.models.dead_letter import DeadLetterQueue
from bloomweaver.models.record import Operation
from bloomweaver.models.run import RunEntry, StateMachine

LOCAL_ACCOUNT = "000000000000"
"""The emulator's, which has no console."""
DEAD_LETTERED = "DeadLettered"
"""The error of a run that left a dead letter."""
_REPORTS = {
    StateMachine.REDRIVE: "/redrives/",
    StateMachine.RECONCILE: "/reconcile/",
    StateMachine.REBUILD: "/rebuild/",
    StateMachine.REINDEX: "/reindex/",
    StateMachine.FOLDER_CHANGE: "/folders/changes/",
}


class RunLinks(BaseModel):
    """Paths of the API, below its base URL, and an address in AWS's console; null where there is none."""

    model_config = ConfigDict(frozen=True)

    graph: str
    document: str | None = None
    document_runs: str | None = None
    """All runs of the document."""
    content: str | None = None
    """What the served version's passages were cut from."""
    removal: str | None = None
    """Of a deletion: what became of it."""
    report: str | None = None
    """Of an operation on many documents: how far it is."""
    dead_letters: str | None = None
    """Where the run left some."""
    console: str | None = None
    """The execution in AWS's console; null on one machine."""


def links_of(entry: RunEntry, arn: str) -> RunLinks:
    """The links of a run."""
    links = RunLinks(graph=f"/runs/{quote(entry.id, safe='')}/graph", console=console_link(arn))
    if entry.error_type == DEAD_LETTERED:
        links = links.model_copy(update={"dead_letters": "/dead-letters"})
    if (report := _REPORTS.get(entry.state_machine)) is not None:
        return links.model_copy(update={"report": f"{report}{quote(entry.name, safe='')}", **_letters_of(entry)})
    if entry.document is None:
        return links
    document = f"/documents/{quote(entry.document.doc_hash, safe='')}"
    deletes = entry.document.operation is Operation.DELETE
    return links.model_copy(
        update={
            "document": document,
            "document_runs": f"{document}/runs",
            "content": None if deletes else f"{document}/content",
            "removal": f"{document}/removal" if deletes else None,
        }
    )


def console_link(execution_arn: str) -> str | None:
    """Where AWS shows the execution; none for one of a stack of this machine, which has no console."""
    parts = execution_arn.split(":")
    if len(parts) < 5 or parts[1] != "aws" or parts[4] == LOCAL_ACCOUNT:
        return None
    region = parts[3]
    return f"https://{region}.console.aws.amazon.com/states/home?region={region}#/v2/executions/details/{execution_arn}"


def _letters_of(entry: RunEntry) -> dict[str, str]:
    """The queue that a redrive is of: its name begins with it."""
    queue = entry.name.partition("-")[0]
    if entry.state_machine is not StateMachine.REDRIVE or queue not in set(DeadLetterQueue):
        return {}
    return {"dead_letters": f"/dead-letters?{urlencode({'branch': queue})}"}
