"""SQS's messages: on disk before a request is answered, and found by what is asked for.

MiniStack walks a queue's whole list for each poll, each delete and each count. Here the messages of a standard queue
are found by their receipt handle, and by the time at which they can be seen. FIFO queues, which the template has not,
stay as they are, in memory alone. It relies on functions of exactly the version in the requirements.
"""

import heapq
import json
import time
from collections import deque
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from local.emulator.state_file import StateFile

Json = dict[str, Any]
RETENTION_SECONDS = "345600"
"""SQS: how long a message is kept where its queue does not say."""


P = ParamSpec("P")
R = TypeVar("R")


def _alone(method: Callable[Concatenate["Messages", P], R]) -> Callable[Concatenate["Messages", P], R]:
    """One at a time: requests, state machines and pollers are threads of their own."""

    @wraps(method)
    def alone(self: "Messages", /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self._lock:
            return method(self, *args, **kwargs)

    return alone


class Messages:
    """The messages of one standard queue, the oldest first. It is what MiniStack has as `queue["messages"]`."""

    def __init__(self, file: StateFile, queue_arn: str) -> None:
        self._lock = file.lock
        self._file = file
        self._queue_arn = queue_arn
        self._by_number: dict[int, Json] = {}
        self._numbers: dict[str, int] = {}
        """By message id."""
        self._by_receipt: dict[str, int] = {}
        self._fresh: deque[tuple[float, int]] = deque()
        """That can be received and never were, with the time since when. An entry is skipped, here and below, if that
        is not its message's time any more."""
        self._again: deque[tuple[float, int]] = deque()
        """The same for those that were received before."""
        self._hidden: list[tuple[float, int]] = []
        """A heap of when others can be seen."""
        self._sent: list[tuple[float, int]] = []
        """A heap of when messages were sent: those in a dead-letter queue do not come in that order."""

    @_alone
    def load(self) -> None:
        """Read the queue's messages from the file."""
        query = "SELECT number, message FROM messages WHERE queue_arn = ? ORDER BY number"
        for number, text in self._file.rows(query, (self._queue_arn,)):
            self._take(number, json.loads(text))

    @_alone
    def show_again(self, is_held: Callable[[str], bool]) -> int:
        """Have messages in the hands of the dead be received again at once. That they had been does not count.

        `is_held` says of a receipt handle whether somebody still has it. Returns how many were shown.
        """
        now = time.time()
        shown = 0
        for number, message in self._by_number.items():
            receipt = message["receipt_handle"]
            if receipt and message["visible_at"] > now and not is_held(receipt):
                message |= {"visible_at": now, "receive_count": message["receive_count"] - 1}
                self._hide(number, message)
                self._store(number)
                shown += 1
        return shown

    @_alone
    def append(self, message: Json) -> None:
        """Add a message."""
        from ministack.services import sqs

        sqs._ensure_msg_fields(message)
        number = self._file.execute(
            "INSERT INTO messages (queue_arn, message) VALUES (?, ?)", (self._queue_arn, json.dumps(message))
        )
        self._take(number, message)

    @_alone
    def receive(self, most: int, visibility_seconds: int, new_receipt: Callable[[], str]) -> list[Json]:
        """Hand out messages that can be seen, and hide them for so long."""
        self._show()
        now = time.time()
        received: list[Json] = []
        with self._file.transaction():
            while len(received) < most and (number := self._next()) is not None:
                message = self._by_number[number]
                self._by_receipt.pop(message["receipt_handle"] or "", None)
                message["receipt_handle"] = new_receipt()
                message["visible_at"] = now + visibility_seconds
                message["receive_count"] += 1
                message["first_receive_at"] = message.get("first_receive_at") or now
                self._by_receipt[message["receipt_handle"]] = number
                self._hide(number, message)
                self._store(number)
                received.append(message)
        return received

    @_alone
    def delete(self, receipt: str) -> bool:
        """Remove the message that was received with this handle. False if there is none."""
        number = self._by_receipt.get(receipt)
        if number is None:
            return False
        self._drop(number)
        return True

    @_alone
    def change_visibility(self, receipt: str, seconds: int) -> bool:
        """Have the message that was received with this handle show again in so many seconds. False if there is none."""
        number = self._by_receipt.get(receipt)
        if number is None:
            return False
        message = self._by_number[number]
        message["visible_at"] = time.time() + seconds
        self._hide(number, message)
        self._store(number)
        return True

    @_alone
    def exhausted(self, receive_count_max: int) -> list[Json]:
        """Those that can be seen and were received so often."""
        self._show()
        waiting = {number: self._by_number[number] for at, number in self._again if self._is_at(number, at)}
        return [message for message in waiting.values() if message["receive_count"] >= receive_count_max]

    @_alone
    def expire(self, seconds: float) -> None:
        """Remove those that are kept no longer."""
        cutoff = time.time() - seconds
        while (sent_at := self.oldest_sent_at()) is not None and sent_at <= cutoff:
            self._drop(self._sent[0][1])

    @_alone
    def oldest_sent_at(self) -> float | None:
        """When the oldest message was sent, in seconds since the epoch."""
        while self._sent and self._sent[0][1] not in self._by_number:
            heapq.heappop(self._sent)
        return self._sent[0][0] if self._sent else None

    @_alone
    def counts(self) -> tuple[int, int, int]:
        """How many can be received, are in somebody's hands, and are delayed."""
        self._show()
        now = time.time()
        hidden = {number for at, number in self._hidden if self._is_at(number, at)}
        delayed = sum(
            1 for n in hidden if self._by_number[n]["receive_count"] == 0 and self._by_number[n]["visible_at"] > now
        )
        return len(self._by_number) - len(hidden), len(hidden) - delayed, delayed

    @_alone
    def clear(self) -> None:
        """Remove all."""
        self._file.execute("DELETE FROM messages WHERE queue_arn = ?", (self._queue_arn,))
        for found in (self._by_number, self._numbers, self._by_receipt):
            found.clear()
        for waiting in (self._fresh, self._again, self._hidden, self._sent):
            waiting.clear()

    @_alone
    def remove(self, message: Json) -> None:
        """Remove this message."""
        self._drop(self._numbers[message["id"]])

    @_alone
    def __iter__(self) -> Iterator[Json]:
        return iter(list(self._by_number.values()))

    def __len__(self) -> int:
        return len(self._by_number)

    def __getitem__(self, index: int) -> Json:
        return list(self._by_number.values())[index]

    def _is_at(self, number: int, visible_at: float) -> bool:
        message = self._by_number.get(number)
        return message is not None and message["visible_at"] == visible_at

    def _take(self, number: int, message: Json) -> None:
        self._by_number[number] = message
        self._numbers[message["id"]] = number
        if message["receipt_handle"]:
            self._by_receipt[message["receipt_handle"]] = number
        heapq.heappush(self._sent, (float(message["sent_at"]), number))
        self._hide(number, message)

    def _hide(self, number: int, message: Json) -> None:
        heapq.heappush(self._hidden, (message["visible_at"], number))

    def _next(self) -> int | None:
        """Take the message that could be seen first of those that can."""
        for waiting in (self._fresh, self._again):
            while waiting and not self._is_at(waiting[0][1], waiting[0][0]):
                waiting.popleft()
        heads = [waiting for waiting in (self._fresh, self._again) if waiting]
        return min(heads, key=lambda waiting: waiting[0]).popleft()[1] if heads else None

    def _show(self) -> None:
        now = time.time()
        while self._hidden and self._hidden[0][0] <= now:
            at, number = heapq.heappop(self._hidden)
            if self._is_at(number, at):
                (self._again if self._by_number[number]["receive_count"] else self._fresh).append((at, number))

    def _store(self, number: int) -> None:
        text = json.dumps(self._by_number[number])
        self._file.execute("UPDATE messages SET message = ? WHERE number = ?", (text, number))

    def _drop(self, number: int) -> Json:
        self._file.execute("DELETE FROM messages WHERE number = ?", (number,))
        message = self._by_number.pop(number)
        self._numbers.pop(message["id"], None)
        self._by_receipt.pop(message["receipt_handle"] or "", None)
        return message


def install(file: StateFile) -> None:
    """Have MiniStack keep the messages of standard queues so."""
    from ministack.services import sqs

    get_queue: Callable[..., Json] = sqs._get_q
    queue_by_arn: Callable[[str], Json | None] = sqs._queue_by_arn
    restore: Callable[[Json], None] = sqs.load_persisted_state
    collect: Callable[..., list[Json]] = sqs._collect_msgs
    expire: Callable[[Json], None] = sqs._expire_retained
    refresh: Callable[[Json], None] = sqs._refresh_counts
    move: Callable[[Json], None] = sqs._dlq_sweep

    def collect_messages(queue: Json, most: int, visibility_seconds: int) -> list[Json]:
        if queue["is_fifo"]:
            return collect(queue, most, visibility_seconds)
        return messages_of(file, queue).receive(most, visibility_seconds, sqs.new_uuid)

    def expire_messages(queue: Json) -> None:
        if queue["is_fifo"]:
            expire(queue)
        else:
            messages_of(file, queue).expire(float(queue["attributes"].get("MessageRetentionPeriod", RETENTION_SECONDS)))

    def refresh_counts(queue: Json) -> None:
        if queue["is_fifo"]:
            refresh(queue)
            return
        expire_messages(queue)
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        counted = zip((*names, "ApproximateNumberOfMessagesDelayed"), messages_of(file, queue).counts(), strict=True)
        queue["attributes"] |= {name: str(count) for name, count in counted}

    def move_dead(queue: Json) -> None:
        if queue["is_fifo"]:
            move(queue)
            return
        policy = queue["attributes"].get("RedrivePolicy")
        rules = json.loads(policy) if policy else {}
        target = queue_by_arn(rules.get("deadLetterTargetArn", ""))
        if target is None:
            return
        source = messages_of(file, queue)
        for message in source.exhausted(int(rules["maxReceiveCount"])):
            system = {"DeadLetterQueueSourceArn": queue["attributes"]["QueueArn"], **message["sys"]}
            with file.transaction():
                source.remove(message)
                moved = {**message, "receipt_handle": None, "visible_at": time.time(), "sys": system}
                messages_of(file, target).append(moved)
            sqs.esm_wake.set()

    def delete_message(data: Json, url: str) -> Json:
        queue = get_messages(data.get("QueueUrl", url), "sqs:DeleteMessage")
        receipt = data.get("ReceiptHandle", "")
        if not receipt:
            raise sqs._Err("MissingParameter", "The request must contain the parameter ReceiptHandle.")
        if not _delete(queue, receipt):
            raise sqs._Err("ReceiptHandleIsInvalid", "The input receipt handle is invalid.")
        return {}

    def change_visibility(data: Json, url: str) -> Json:
        queue = get_messages(data.get("QueueUrl", url), "sqs:ChangeMessageVisibility")
        seconds = int(data.get("VisibilityTimeout", 30))
        if not _change_visibility(queue, data.get("ReceiptHandle", ""), seconds):
            raise sqs._Err("ReceiptHandleIsInvalid", "The input receipt handle is invalid.")
        if not seconds:
            sqs.esm_wake.set()
        return {}

    def each(act: Callable[[Json, str], Json], entry_name: str) -> Callable[[Json, str], Json]:
        def act_on_each(data: Json, url: str) -> Json:
            sqs._validate_batch_entries(data.get("Entries", []), entry_name)
            done, failed = [], []
            for entry in data["Entries"]:
                try:
                    act({**entry, "QueueUrl": data.get("QueueUrl", url)}, url)
                    done.append({"Id": entry["Id"]})
                except sqs._Err as error:
                    why = {"Code": error.code, "Message": error.message, "SenderFault": True}
                    failed.append({"Id": entry["Id"], **why})
            return {"Successful": done, "Failed": failed}

        return act_on_each

    def delete_for_mapping(url: str, receipts: set[str]) -> None:
        queue = get_messages(url)
        for receipt in receipts:
            _delete(queue, receipt)

    def get_messages(url: str, action: str | None = None) -> Json:
        queue = get_queue(url, action)
        messages_of(file, queue)
        return queue

    def messages_by_arn(arn: str) -> Json | None:
        queue = queue_by_arn(arn)
        if queue is not None:
            messages_of(file, queue)
        return queue

    def restore_with_messages(data: Json) -> None:
        restore(data)
        for queue in sqs._queues.all_values():
            if queue["messages"] or queue["is_fifo"]:
                messages_of(file, queue)  # a stack from before the file has its messages in MiniStack's own state
            else:
                queue["messages"] = Messages(file, queue["attributes"]["QueueArn"])
                queue["messages"].load()

    sqs._get_q = get_messages
    sqs._queue_by_arn = messages_by_arn
    sqs._collect_msgs = collect_messages
    sqs._expire_retained = expire_messages
    sqs._refresh_counts = refresh_counts
    sqs._dlq_sweep = move_dead
    sqs._delete_messages_for_esm = delete_for_mapping
    sqs.load_persisted_state = restore_with_messages
    sqs._HANDLERS |= {
        "DeleteMessage": delete_message,
        "DeleteMessageBatch": each(delete_message, "DeleteMessageBatchRequestEntry"),
        "ChangeMessageVisibility": change_visibility,
        "ChangeMessageVisibilityBatch": each(change_visibility, "ChangeMessageVisibilityBatchRequestEntry"),
    }


def messages_of(file: StateFile, queue: Json) -> Messages:
    """A standard queue's messages. What MiniStack made as a plain list is taken over; a FIFO queue's stays one."""
    with file.lock:
        found = queue["messages"]
        if isinstance(found, Messages) or queue["is_fifo"]:
            return found  # type: ignore[no-any-return]
        messages = Messages(file, queue["attributes"]["QueueArn"])
        with file.transaction():
            messages.clear()  # what the file has is of a queue of this name that was deleted
            for message in found:
                messages.append(message)
        queue["messages"] = messages
        return messages


def _delete(queue: Json, receipt: str) -> bool:
    if not queue["is_fifo"]:
        return bool(queue["messages"].delete(receipt))
    kept = [message for message in queue["messages"] if message["receipt_handle"] != receipt]
    found = len(kept) < len(queue["messages"])
    queue["messages"] = kept
    return found


def _change_visibility(queue: Json, receipt: str, seconds: int) -> bool:
    if not queue["is_fifo"]:
        return bool(queue["messages"].change_visibility(receipt, seconds))
    held = [message for message in queue["messages"] if receipt and message["receipt_handle"] == receipt]
    for message in held:
        message["visible_at"] = time.time() + seconds
    return bool(held)
