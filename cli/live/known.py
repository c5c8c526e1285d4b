"""What is known of what changed, from one connection to the next."""

from cli.live.events import Message


class Known:
    """How far everything is known, and how new what is known of each document is."""

    def __init__(self, cursor: str | None = None) -> None:
        self.cursor = cursor
        self._newest: dict[tuple[str, str], tuple[int, int]] = {}

    def add(self, message: Message) -> bool:
        """Whether the message says more than what is known. From then on it is."""
        about = (message["topic"], str(message.get("doc_hash", "")))
        # Until something is noted of it, what is under way is at no step.
        age = (int(message["revision"]), int((message.get("progress") or {}).get("step", 0)))
        if age <= self._newest.get(about, (0, 0)):
            return False
        self._newest[about] = age
        return True
