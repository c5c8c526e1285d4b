"""The state machine of folders' changes in Step Functions."""

from bloomweaver.adapters.named_executions import NamedExecutions
from bloomweaver.models.folder_change import FolderChange
from bloomweaver.ports import Run


class FolderChangeExecutions(NamedExecutions):
    """Implements `FolderChangeRuns`."""

    def start(self, name: str, change: FolderChange) -> Run:
        """See `FolderChangeRuns`."""
        return self._start(name, {"change": change.model_dump(mode="json")})
