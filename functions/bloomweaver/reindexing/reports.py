"""What there is to tell of a reindex: how its execution stands, and its report so far."""

from bloomweaver import keys
from bloomweaver.errors import ObjectMissing, UnknownReindex
from bloomweaver.models.reindexing import ReindexReport
from bloomweaver.ports import Objects, Reindexes, ReindexRun


def read_report(runs: Reindexes, objects: Objects, id_: str) -> tuple[ReindexRun, ReindexReport | None]:
    """The run named `id_`, and its report so far. Raises `UnknownReindex`."""
    run = runs.find(id_)
    if run is None:
        raise UnknownReindex(f"no reindex '{id_}' is known")
    try:
        return run, ReindexReport.model_validate_json(objects.get(keys.reindex_report_key(id_)))
    except ObjectMissing:
        return run, None
