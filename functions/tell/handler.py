"""What the streams of three tables are handed to, of documents, progress and chats: tells those who watch."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, TypeVar

from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver.adapters.chat_keys import changed_chat, changed_message
from bloomweaver.adapters.progress_items import document_of, operation_of
from bloomweaver.live.chat_news import ChangedChats
from wiring import dependencies
from wiring.observability import logger, tracer

T = TypeVar("T")


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """The Lambda entry point. What it raises has the whole batch come again, which harms nothing."""
    keys = [change["dynamodb"]["Keys"] for change in event["Records"]]
    of_chats = [key for key in keys if "owner" in key]
    noted = [key["item"]["S"] for key in keys if "item" in key and "owner" not in key]
    documents = {key["doc_hash"]["S"] for key in keys if "doc_hash" in key} | _known(map(document_of, noted))
    operations = _known(map(operation_of, noted))
    chats = ChangedChats(_known(map(changed_chat, of_chats)), _known(map(changed_message, of_chats)))
    told = dependencies.telling().tell(documents, operations, chats)
    if told.connections:
        counts = {"chats": len(chats.chats), "messages": len(chats.messages)}
        counts |= {"documents": len(documents), "operations": len(operations)}
        logger.info("told", extra={**counts, **asdict(told)})


def _known(names: Iterable[T | None]) -> frozenset[T]:
    return frozenset(name for name in names if name is not None)
