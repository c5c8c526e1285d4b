"""The reconciliation's state machine in Step Functions."""

import uuid

from bloomweaver.adapters.named_executions import NamedExecutions
from bloomweaver.ports import Run


class ReconcileExecutions(NamedExecutions):
    """Implements `Reconciliations`."""

    def start(self, *, repair: bool, contents: bool) -> Run:
        """See `Reconciliations`."""
        return self._start(str(uuid.uuid4()), {"repair": repair, "contents": contents, "share": 1})
