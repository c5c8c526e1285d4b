"""The Change state of a folder's change: one call's share of it."""

from typing import Any

from bloomweaver.clock import now
from bloomweaver.documents.edits import Edits
from bloomweaver.folder_changes.changer import FolderChanger, Parts
from bloomweaver.library.catching_up import CatchingUp
from bloomweaver.models.folder_change import FolderChange, FolderChangeProgress
from bloomweaver.settings import settings
from wiring import dependencies
from wiring.observability import task_handler


@task_handler
def handler(event: dict[str, Any]) -> dict[str, Any]:
    """The Lambda entry point."""
    edits = Edits(
        dependencies.records(),
        dependencies.objects(),
        dependencies.sources(),
        dependencies.queue(),
        now,
        body_max_bytes=settings().body_max_bytes,
    )
    parts = Parts(
        dependencies.records(),
        dependencies.lists(),
        CatchingUp(dependencies.listing(), dependencies.records(), now),
        dependencies.change_register(),
        edits,
        dependencies.queue(),
        dependencies.objects(),
    )
    changer = FolderChanger(
        parts,
        now,
        at_a_time=settings().folder_change_at_a_time,
        say=dependencies.noting().steps(event["folder_change"]),
        call_seconds=settings().folder_change_call_seconds,
    )
    change = FolderChange.model_validate(event["change"])
    progress = changer.go_on(event["folder_change"], change, FolderChangeProgress.model_validate(event["progress"]))
    return progress.model_dump(mode="json")
