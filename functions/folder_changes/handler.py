"""POST /folders/move and /folders/delete, and GET /folders/changes/{id}: changes of a whole folder, and how far they
are."""

import uuid
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver import keys
from bloomweaver.clock import now
from bloomweaver.folder_changes.answers import FolderChangeStarted, FollowedFolderChange
from bloomweaver.folder_changes.requests import DeleteFolder, MoveFolder
from bloomweaver.folder_changes.starting import start
from bloomweaver.models.folder_change import FolderChange, FolderChangeReport
from bloomweaver.models.run import StateMachine, run_id
from bloomweaver.recovery.run_reports import read_run
from bloomweaver.request_body import parse
from bloomweaver.settings import settings
from wiring import auditing, dependencies, http
from wiring.observability import logger, tracer

app = http.api()


@app.post("/folders/move")
def _move() -> Response[str]:
    return _start(MoveFolder.model_validate(_body()).change(now()))


@app.post("/folders/delete")
def _delete() -> Response[str]:
    return _start(DeleteFolder.model_validate(_body()).change(now()))


@app.get("/folders/changes/<id>")
def _get(id: str) -> Response[str]:
    run, report = read_run(
        dependencies.folder_change_runs(), dependencies.objects(), id, keys.folder_report_key(id), FolderChangeReport
    )
    progress = dependencies.progress_of_operations().of_operation(id)
    return http.answer(HTTPStatus.OK, FollowedFolderChange.found(run, report, progress))


def _body() -> Any:
    return parse(http.body_bytes(app.current_event), settings().body_max_bytes)


def _start(change: FolderChange) -> Response[str]:
    with auditing.of(app).operation(target=change.folder) as operation:
        run = start(
            dependencies.change_register(),
            dependencies.folder_change_runs(),
            dependencies.listing(),
            name=str(uuid.uuid4()),
            change=change,
        )
        operation.started(run_id(StateMachine.FOLDER_CHANGE, run.name))
    logger.info("the change of a folder started", extra={"folder_change": run.name, "operation": change.operation})
    return http.answer(HTTPStatus.ACCEPTED, FolderChangeStarted.of_change(run, change))


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda entry point."""
    return app.resolve(event, context)
