"""POST /uploads: a place in S3 for a content that is too large for the webhook's body."""

import uuid
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver.auth.roles import Permission
from bloomweaver.documents.answers import Upload
from bloomweaver.documents.requests import UploadRequest
from bloomweaver.models.webhook import UPLOAD_PREFIX
from bloomweaver.problems import FieldProblem
from bloomweaver.request_body import parse
from bloomweaver.settings import settings
from wiring import admission, auditing, dependencies, http
from wiring.observability import logger, tracer

app = http.api()


@app.post("/uploads")
def _upload() -> Response[str]:
    # A repeated request gets another place: the URL of the first one may have expired.
    raw, _ = admission.admit(dependencies.entrance(), app, Permission.WRITE)
    request = UploadRequest.model_validate(parse(raw, settings().body_max_bytes))
    if request.size > settings().upload_max_bytes:
        return http.problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"size: {request.size} bytes; {settings().upload_max_bytes} are the most",
            [FieldProblem(field="size", detail=f"{settings().upload_max_bytes} bytes are the most")],
        )
    auditing.of(app).done()
    key = f"{UPLOAD_PREFIX}{uuid.uuid4()}"
    url = dependencies.uploads().presign(key, request.size)
    return http.answer(HTTPStatus.CREATED, Upload(content_ref=key, url=url, expires_in=settings().upload_url_seconds))


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda entry point."""
    return app.resolve(event, context)
