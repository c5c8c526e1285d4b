"""Writers that send more than the machine can do, and what they were told."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import httpx

from benchmarks.measurements import WORDS
from bloomweaver.models.record import Operation
from cli.bearer import BearerToken

ANSWER_SECONDS = 60.0


@dataclass(frozen=True)
class Expected:
    """What was accepted last for a document."""

    version: int
    content_sha256: str | None
    """None where the document is to be gone."""


@dataclass
class Sent:
    """What came of everything that was sent."""

    statuses: Counter[int] = field(default_factory=Counter)
    broken: int = 0
    """Requests that got no answer."""
    seconds: list[float] = field(default_factory=list)
    documents: dict[str, Expected] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    """Documents of which an operation got no answer: it may have been accepted."""

    @property
    def server_errors(self) -> int:
        """Answers that say that the server failed."""
        return sum(count for status, count in self.statuses.items() if status >= 500)


class Writers:
    """Threads that create, update and delete small documents, each its own, at a rate in sum."""

    def __init__(self, url: str, token: Callable[[], str], *, writers: int, rate: float, seed: int) -> None:
        self._url = url
        self._token = token
        self._writers = writers
        self._pause = writers / rate
        self._seed = seed
        self.sent = Sent()
        self._lock = threading.Lock()

    def run(self, seconds: float) -> None:
        """Send for so long."""
        deadline = time.monotonic() + seconds
        threads = [threading.Thread(target=self._write, args=(n, deadline)) for n in range(self._writers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _write(self, writer: int, deadline: float) -> None:
        chance = random.Random(f"{self._seed}-{writer}")
        mine: list[str] = []
        due = time.monotonic()
        with httpx.Client(base_url=self._url, timeout=ANSWER_SECONDS, auth=BearerToken(self._token)) as client:
            while (now := time.monotonic()) < deadline:
                if now < due:
                    time.sleep(due - now)
                # Not later than it is: a writer that fell behind does not catch up in a burst.
                due = max(due, now) + self._pause
                self._send(client, _operation(chance, writer, mine))

    def _send(self, client: httpx.Client, body: dict[str, Any]) -> None:
        began = time.monotonic()
        try:
            answer = client.post("/webhook", json=body)
        except httpx.HTTPError:
            with self._lock:
                self.sent.broken += 1
                self.sent.unknown.add(body["doc_hash"])
            return
        with self._lock:
            self.sent.seconds.append(time.monotonic() - began)
            self.sent.statuses[answer.status_code] += 1
            if answer.is_success:
                content = body.get("content")
                digest = sha256(content.encode()).hexdigest() if content is not None else None
                self.sent.documents[body["doc_hash"]] = Expected(answer.json()["version"], digest)


def _operation(chance: random.Random, writer: int, mine: list[str]) -> dict[str, Any]:
    """Three in five make a document, one in three changes one, the others delete one."""
    drawn = chance.random()
    if drawn < 0.6 or not mine:
        mine.append(f"endurance-{writer}-{len(mine):06d}")
        doc_hash = mine[-1]
    else:
        doc_hash = chance.choice(mine)
        if drawn > 0.93:
            return {"operation": Operation.DELETE, "doc_hash": doc_hash}
    words = [chance.choice(WORDS) for _ in range(30)]
    return {
        # The webhook makes an update of it where there is such a document.
        "operation": Operation.CREATE,
        "doc_hash": doc_hash,
        "content_type": "text/plain",
        "content": f"{doc_hash} {chance.random()}: " + " ".join(words),
    }
