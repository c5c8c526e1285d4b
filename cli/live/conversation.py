"""What is said over one connection: docs/live.md describes it. Times are in seconds of `time.monotonic`."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from websockets.sync.client import ClientConnection

from cli.live.events import CaughtUp, Cut, Event, LiveError, Missed, Noted, Told, Watching
from cli.live.known import Known

ANSWER_SECONDS = 20.0
"""After which a connection over which nothing is answered counts as cut."""
AGAIN_SECONDS = 5.0
"""Until what could not be said at the moment is asked again."""
RENEW_AFTER = 0.75
"""Of the time that a connection has left."""
NEVER = float("inf")


class Conversation:
    """Watches topics over a connection, asks now and then what changed, and renews the connection."""

    def __init__(
        self,
        socket: ClientConnection,
        topics: Sequence[str],
        known: Known,
        new_ticket: Callable[[], str],
        ping_seconds: float,
        until: float,
    ) -> None:
        self._socket = socket
        self._topics = topics
        self._known = known
        self._new_ticket = new_ticket
        self._ping_seconds = ping_seconds
        self._until = until
        self._unanswered = list(topics)
        self._ping_at = NEVER
        self._answer_by = NEVER
        self._renew_at = NEVER
        self._ends_at: str | None = None

    def events(self) -> Iterator[Event]:
        """What comes, until the connection ends or the time is up. Raises `Cut`, `LiveError`, what `new_ticket` raises,
        and what the connection does when it ends."""
        for topic in self._topics:
            self._send(action="subscribe", topic=topic, **self._after())
        while time.monotonic() < self._until:
            self._do_what_is_due()
            next_due = min(self._ping_at, self._answer_by, self._renew_at, self._until)
            timeout = None if next_due == NEVER else max(0.0, next_due - time.monotonic())
            try:
                text = self._socket.recv(timeout=timeout)
            except TimeoutError:
                continue
            yield from self._take(_read(text))

    def _do_what_is_due(self) -> None:
        now = time.monotonic()
        if now >= self._answer_by:
            raise Cut("nothing is answered")
        if now >= self._renew_at:
            self._renew_at = NEVER
            self._send(action="renew", ticket=self._new_ticket())
        if now >= self._ping_at:
            self._ping()

    def _ping(self) -> None:
        self._ping_at = time.monotonic() + self._ping_seconds
        self._send(action="ping", **self._after())

    def _after(self) -> dict[str, str]:
        return {"after": self._known.cursor} if self._known.cursor is not None else {}

    def _send(self, **action: str) -> None:
        self._socket.send(json.dumps(action))
        self._answer_by = min(self._answer_by, time.monotonic() + ANSWER_SECONDS)

    def _take(self, frame: dict[str, Any]) -> Iterator[Event]:
        if "messages" not in frame:
            # What API Gateway says by itself where its function failed.
            yield from self._stalled(str(frame.get("message", "an answer of another form came")))
            return
        if (error := frame.get("error")) is not None:
            yield from self._refused(error)
            return
        yield from (Told(message) for message in frame["messages"] if self._known.add(message))
        if "answer" in frame:
            self._answer_by = NEVER
            self._lasts_until(frame["ends_at"])
            yield from self._answered(frame)

    def _answered(self, frame: dict[str, Any]) -> Iterator[Event]:
        match frame["answer"]:
            case "subscribe":
                self._known.cursor = self._known.cursor or frame["cursor"]
                if frame["topic"] in self._unanswered:
                    self._unanswered.remove(frame["topic"])
                if not self._unanswered and self._ping_at == NEVER:
                    self._ping()
                    yield Watching()
            case "ping":
                self._known.cursor = frame["cursor"]
                if frame.get("reload"):
                    yield Missed()
                if frame.get("more"):
                    self._ping()
                else:
                    yield CaughtUp()

    def _refused(self, error: dict[str, str]) -> Iterator[Event]:
        self._answer_by = NEVER
        match error["code"]:
            case "over":
                raise Cut(error["detail"])
            case "ticket_refused":
                self._renew_at = time.monotonic() + AGAIN_SECONDS
            case "stalled":
                yield from self._stalled(error["detail"])
            case _:
                raise LiveError(error["detail"])

    def _stalled(self, detail: str) -> Iterator[Event]:
        self._answer_by = NEVER
        if self._unanswered:
            raise Cut(detail)
        self._ping_at = min(self._ping_at, time.monotonic() + AGAIN_SECONDS)
        yield Noted(f"stalled: {detail}")

    def _lasts_until(self, ends_at: str) -> None:
        """Renew the connection before that. One whose end does not move any more is left to end."""
        if ends_at == self._ends_at:
            return
        left = (datetime.fromisoformat(ends_at) - datetime.now(UTC)).total_seconds()
        self._renew_at = time.monotonic() + max(1.0, RENEW_AFTER * left)
        self._ends_at = ends_at


def _read(text: str | bytes) -> dict[str, Any]:
    try:
        frame = json.loads(text)
    except ValueError as error:
        raise Cut("what came is no JSON") from error
    if not isinstance(frame, dict):
        raise Cut("what came is no frame")
    return frame
