"""Which requests change what a deployment makes, as far as that can be seen from outside."""

from collections.abc import Mapping
from typing import Any

_READS = ("Get", "List", "Describe", "BatchGet", "Query", "Scan", "Head")
_DATA = {
    "DynamoDB": ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactGetItems", "TransactWriteItems"),
    "AmazonSQS": ("SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "PurgeQueue"),
    "AWSStepFunctions": ("StartExecution", "StopExecution", "SendTask"),
    "Logs": ("PutLogEvents",),
}
"""Of each service what changes its contents alone, by the beginning of the name."""
_OWN_PATHS = ("/_aws/execute-api/", "/_ministack/", "/_bloomweaver/", "/2018-06-01/runtime/")


def changes_control(scope: Mapping[str, Any]) -> bool:
    """Whether the request may change it. In doubt it may: a state that did not change is not written again."""
    method, path = scope["method"], scope["path"]
    if method in ("GET", "HEAD", "OPTIONS") or path.startswith(_OWN_PATHS) or path.endswith("/invocations"):
        return False
    target = next((value for name, value in scope["headers"] if name == b"x-amz-target"), b"")
    if target:
        service, _, action = target.decode("latin-1").partition(".")
        data = _DATA.get(service.partition("_")[0], ())
        return not action.startswith((*_READS, *data))
    # S3: a bucket's own settings, and not its objects.
    return not _names_object(path, scope["query_string"])


def _names_object(path: str, query: bytes) -> bool:
    _, _, key = path.lstrip("/").partition("/")
    first = path.lstrip("/").partition("/")[0]
    if first[:4].isdigit() or first in ("v2", "restapis", "apis", "authorizers"):
        return False  # a version of a REST API in the path, such as Lambda's, or API Gateway
    return bool(key) or query.startswith(b"delete")
