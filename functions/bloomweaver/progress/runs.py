"""Runs whose beginning and end is noted as progress, too: whoever watches an operation is told that it is over."""

from bloomweaver.models.run import RunEntry
from bloomweaver.progress.noting import Noting
from bloomweaver.runs.ports import Place, RunList, RunTable, TablePage


class RunsWithProgress:
    """Implements `RunTable` with another one."""

    def __init__(self, table: RunTable, noting: Noting) -> None:
        self._table = table
        self._noting = noting

    def get(self, id_: str) -> RunEntry | None:
        """See `RunTable`."""
        return self._table.get(id_)

    def put(self, entry: RunEntry) -> bool:
        """See `RunTable`. It is noted in any case: a call before may have died after it had kept the run."""
        is_news = self._table.put(entry)
        self._noting.run(entry)
        return is_news

    def page(
        self,
        of: RunList,
        *,
        since: str | None,
        until: str | None,
        limit: int,
        after: Place | None,
        oldest_first: bool = False,
    ) -> TablePage:
        """See `RunTable`."""
        return self._table.page(of, since=since, until=until, limit=limit, after=after, oldest_first=oldest_first)
