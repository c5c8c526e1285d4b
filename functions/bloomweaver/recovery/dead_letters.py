"""What lies in the dead letter queues, looked at without taking it: each message is received and given back at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bloomweaver.models.dead_letter import BranchTask, DeadLetter, DeadLetterQueue
from bloomweaver.models.message import OperationMessage
from bloomweaver.models.record import ErrorDetail, Operation
from bloomweaver.ports import Clock, DeadLetterQueues, QueuedMessage

PEEK_SECONDS = 20
"""How long a message is hidden from others if whoever looks at it dies: longer than any look takes."""
MESSAGE_MAX = 500
"""Characters of an error's message that are shown."""
EXCERPT_MAX = 200
"""Characters of an unparseable body that are shown."""


class DeadLettersRequest(BaseModel):
    """The query parameters of GET /dead-letters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    branch: DeadLetterQueue | None = None
    """Which queue; all of them by default."""
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    """Messages shown of each queue, at most."""


class Unparseable(BaseModel):
    """A message that is neither a dead letter nor an operation, and what it looks like."""

    model_config = ConfigDict(frozen=True)

    reason: str
    excerpt: str
    """The start of the body, with everything that cannot be printed escaped."""


def _if_known() -> Any:
    """A field that is left out where nothing is known of it."""
    return Field(default=None, exclude_if=lambda value: value is None)


class Entry(BaseModel):
    """A message in a dead letter queue. What it says of a document is left out where it cannot be parsed."""

    model_config = ConfigDict(frozen=True)

    message_id: str
    age_seconds: int
    """Since it was sent."""
    operation: Operation | None = _if_known()
    doc_hash: str | None = _if_known()
    version: int | None = _if_known()
    task: BranchTask | None = _if_known()
    """Of a branch's letter: what the branch was doing."""
    error: ErrorDetail | None = _if_known()
    """Of a branch's letter: what it failed with."""
    failed_at: str | None = _if_known()
    redrives: int | None = _if_known()
    """How often it was redriven, and failed again."""
    execution_arn: str | None = _if_known()
    unparseable: Unparseable | None = _if_known()
    """What cannot be parsed, and why."""


class QueueContent(BaseModel):
    """A dead letter queue: about how much lies in it, and the messages that were seen."""

    model_config = ConfigDict(frozen=True)

    branch: DeadLetterQueue
    visible: int
    """About how many messages can be received."""
    in_flight: int
    """About how many somebody works on, such as a redrive. They are not shown."""
    letters: list[Entry]
    """The oldest first."""


def read(queue: DeadLetterQueue, body: str) -> DeadLetter | OperationMessage | Unparseable:
    """What a message in `queue` is."""
    model = DeadLetter if queue.branch else OperationMessage
    try:
        found: DeadLetter | OperationMessage = model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(map(str, first["loc"])) or "body"
        return Unparseable(reason=f"{field}: {first['msg']}", excerpt=_excerpt(body))
    if isinstance(found, DeadLetter) and found.branch is not queue.branch:
        return Unparseable(reason=f"branch: it is of branch '{found.branch}'", excerpt=_excerpt(body))
    return found


def look(queues: DeadLetterQueues, clock: Clock, chosen: Sequence[DeadLetterQueue], limit: int) -> list[QueueContent]:
    """At most `limit` messages of each of the chosen queues. What somebody else works on is counted, and not shown."""
    return [_look_into(queues, clock, queue, limit) for queue in chosen]


def _look_into(queues: DeadLetterQueues, clock: Clock, queue: DeadLetterQueue, limit: int) -> QueueContent:
    depth = queues.depth(queue)
    seen: dict[str, QueuedMessage] = {}
    try:
        while len(seen) < min(limit, depth.visible):
            received = queues.receive(queue, PEEK_SECONDS)
            if not received:
                break
            seen |= {message.message_id: message for message in received}
    finally:
        queues.give_back(queue, list(seen.values()))
    now = datetime.fromisoformat(clock())
    oldest_first = sorted(seen.values(), key=lambda message: message.sent_at)
    return QueueContent(
        branch=queue,
        visible=depth.visible,
        in_flight=depth.in_flight,
        letters=[_entry(queue, message, now) for message in oldest_first[:limit]],
    )


def _entry(queue: DeadLetterQueue, message: QueuedMessage, now: datetime) -> Entry:
    found = read(queue, message.body)
    age = max(0, int((now - datetime.fromisoformat(message.sent_at)).total_seconds()))
    if isinstance(found, Unparseable):
        return Entry(message_id=message.message_id, age_seconds=age, unparseable=found)
    entry = Entry(
        message_id=message.message_id,
        age_seconds=age,
        operation=found.operation,
        doc_hash=found.doc_hash,
        version=found.version,
    )
    if isinstance(found, OperationMessage):
        return entry
    error = found.plain_error()
    letter = {
        "task": found.task,
        "error": ErrorDetail(type=error.type, message=error.message[:MESSAGE_MAX]),
        "failed_at": found.failed_at,
        "redrives": found.redrives,
        "execution_arn": found.execution_arn,
    }
    return entry.model_copy(update=letter)


def _excerpt(body: str) -> str:
    shown = body[:EXCERPT_MAX]
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown)
