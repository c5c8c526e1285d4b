"""What is known of what changed, from one connection to the next."""

from cli.live.events import Message


class Known:
    """How far everything is known, and how new what is known of each document is."""

    def __init__(self, cursor: str | None = None) -> None:
        self.cursor = cursor
        self._newest: dict[tuple[str, str], tuple[int, float]] = {}

    def add(self, message: Message) -> bool:
        """Whether the message says more than what is known. From then on it is."""
        about = (message["topic"], str(message.get("doc_hash", "")))
        age = (int(message["revision"]), float(message.get("progress") or 0))
        if age <= self._newest.get(about, (0, 0.0)):
            return False
        self._newest[about] = age
        return True
