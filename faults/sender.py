"""Sends the workload to the webhook as a careful client would: until there is an answer, and the same again if not."""

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import httpx
from pydantic import ValidationError

from bloomweaver.models.message import OperationMessage
from bloomweaver.models.record import Operation
from cli.answers import Accepted
from faults.journal import Journal
from faults.model import Model
from faults.workload import Change, Delivery

ATTEMPTS_SECONDS = 90.0
"""For so long a change is sent again. It then counts as unsure."""
PAUSE_SECONDS = 0.4
NEVER_SENT = "not sent any more, since time was up"

Connect = Callable[[], httpx.Client]
SendMessage = Callable[[OperationMessage], None]


@dataclass
class Sent:
    """What became of the deliveries. Safe between threads as far as `Counter` is, under its lock."""

    answers: Counter[str] = field(default_factory=Counter)
    """By `queued`, `unchanged`, `refused`, `no answer` and `NEVER_SENT`."""
    tries: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, answer: str, tries: int) -> None:
        """Count a delivery."""
        with self.lock:
            self.answers[answer] += 1
            self.tries += tries


class Sender:
    """Sends deliveries with several threads, each when it is due."""

    def __init__(self, connect: Connect, model: Model, journal: Journal, send_message: SendMessage) -> None:
        """`connect` opens a client of the API; `send_message` puts a message on its queue, as if SQS delivered it once
        more."""
        self._connect = connect
        self._model = model
        self._journal = journal
        self._send_message = send_message
        self.sent = Sent()

    def run(self, deliveries: Iterable[Delivery], threads: int, started: float, deadline: float) -> None:
        """Return when all is delivered, or given up at the deadline. `started` is the run's begin; both times are of
        `time.monotonic`."""
        waiting: queue.SimpleQueue[Delivery] = queue.SimpleQueue()
        for delivery in deliveries:
            waiting.put(delivery)
        failures: list[BaseException] = []

        def work() -> None:
            try:
                with self._connect() as http:
                    while True:
                        delivery = waiting.get_nowait()
                        time.sleep(max(0.0, started + delivery.at - time.monotonic()))
                        self.deliver(http, delivery.change, delivery.message_copies, deadline)
            except queue.Empty:
                return
            except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
                failures.append(error)

        workers = [threading.Thread(target=work, name=f"sender {number}", daemon=True) for number in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        if failures:
            raise failures[0]

    def deliver(
        self,
        http: httpx.Client,
        change: Change,
        message_copies: int,
        deadline: float,
        gives_up: Callable[[], bool] = lambda: False,
    ) -> Accepted | None:
        """Send a change until it is answered, or the client gives up. Returns none if it was refused, or never
        answered. `gives_up` is asked before each try but the first."""
        correlation_id = f"change-{change.number}"
        deadline = min(deadline, time.monotonic() + ATTEMPTS_SECONDS)
        tries = 0
        while time.monotonic() < deadline and not (tries and gives_up()):
            before = self._model.known(change.doc_hash)
            tries += 1
            try:
                response = _send(http, change, correlation_id)
            except httpx.ConnectError:
                time.sleep(PAUSE_SECONDS)  # the stack is down, and was not reached
                continue
            except httpx.TransportError as error:
                self._model.unsure(change)
                self._note(change, repr(error))
                time.sleep(PAUSE_SECONDS)
                continue
            self._note(change, f"{response.status_code} {response.text[:200]}")
            if response.status_code == 429 or response.status_code >= 500:
                self._model.unsure(change)
                time.sleep(PAUSE_SECONDS)
                continue
            if response.status_code not in (200, 202):
                self._model.refused(change, response.status_code, before)
                self.sent.note("refused", tries)
                return None
            try:
                answer = Accepted.model_validate_json(response.content)
            except ValidationError:
                self._model.unsure(change)  # the emulator answers so for a function that is killed as it answers
                time.sleep(PAUSE_SECONDS)
                continue
            self.sent.note(answer.status, tries)
            if answer.status == "queued":
                self._model.queued(change, answer.version, before)
                for _ in range(message_copies):
                    self._send_message(_message(answer, correlation_id))
            else:
                self._model.unchanged(change, answer.version)
            return answer
        self.sent.note("no answer" if tries else NEVER_SENT, tries)
        return None

    def _note(self, change: Change, answer: str) -> None:
        self._journal.note(
            "answer",
            doc_hash=change.doc_hash,
            change=change.number,
            operation=change.operation,
            source_version=change.source_version,
            marks=sorted(change.marks),
            answer=answer,
        )


def _send(http: httpx.Client, change: Change, correlation_id: str) -> httpx.Response:
    headers = {"X-Correlation-Id": correlation_id}
    if change.is_edit:
        edit = {"title": change.title, "folder": change.folder}
        return http.patch(f"documents/{change.doc_hash}", json=edit, headers=headers)
    return http.post("webhook", json=_body(change), headers=headers)


def _body(change: Change) -> dict[str, object]:
    body: dict[str, object] = {"operation": change.operation.value, "doc_hash": change.doc_hash}
    if change.operation is not Operation.DELETE:
        body |= {
            "content_type": "text/plain",
            "content": change.content,
            "metadata": {"document": change.doc_hash, "topic": change.topic},
            "folder": change.folder,
        }
    if change.title is not None:
        body["title"] = change.title
    if change.source_version is not None:
        body["source_version"] = change.source_version
    return body


def _message(answer: Accepted, correlation_id: str) -> OperationMessage:
    return OperationMessage(
        operation=answer.operation,
        doc_hash=answer.doc_hash,
        version=answer.version,
        correlation_id=correlation_id,
    )
