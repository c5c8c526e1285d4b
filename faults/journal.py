"""What happened when, a JSON line each: what to read when a run found something wrong."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


class Journal:
    """A file of events. Safe between threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file = path.open("a", buffering=1)
        self._lock = threading.Lock()

    def note(self, event: str, **details: Any) -> None:
        """Write that `event` happens now."""
        line = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **details}
        with self._lock:
            self._file.write(json.dumps(line, default=str) + "\n")

    def of_document(self, doc_hash: str) -> list[str]:
        """The lines about a document."""
        with self._lock, self.path.open() as lines:
            return [line.rstrip() for line in lines if f'"{doc_hash}"' in line]
