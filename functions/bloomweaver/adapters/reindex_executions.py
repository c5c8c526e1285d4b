"""The reindex's state machine in Step Functions."""

from bloomweaver.adapters.named_executions import NamedExecutions
from bloomweaver.ports import Run


class ReindexExecutions(NamedExecutions):
    """Implements `Reindexes`."""

    def start(self, name: str) -> Run:
        """See `Reindexes`."""
        return self._start(name, {})
