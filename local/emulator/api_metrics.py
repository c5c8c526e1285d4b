"""What API Gateway counts of an API's requests, which MiniStack does not: as AWS has it, by API and stage.

`install` has MiniStack count each request and how it was answered, whoever answered it. It relies on functions of
exactly the version in the requirements.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any

NAMESPACE = "AWS/ApiGateway"
Answer = tuple[int, dict[str, Any], bytes]


def install() -> None:
    """Have MiniStack's API Gateway count the requests of REST APIs."""
    from ministack.services import apigateway_v1, cloudwatch

    execute: Callable[..., Awaitable[Answer]] = apigateway_v1._handle_execute_in_scope

    async def execute_and_count(api_id: str, stage: str, *more: Any) -> Answer:
        started = time.monotonic()
        answer = await execute(api_id, stage, *more)
        status, milliseconds = answer[0], round((time.monotonic() - started) * 1000)
        api = apigateway_v1._rest_apis.get(api_id) or {}
        dimensions = {"ApiName": api.get("name", api_id), "Stage": stage}
        # As API Gateway does, also where there was no error: the average is the rate.
        for name, value in (("Count", 1), ("4XXError", 400 <= status < 500), ("5XXError", status >= 500)):
            cloudwatch.record_metric(NAMESPACE, name, float(value), "Count", dimensions)
        cloudwatch.record_metric(NAMESPACE, "Latency", milliseconds, "Milliseconds", dimensions)
        return answer

    apigateway_v1._handle_execute_in_scope = execute_and_count
