"""The report of a rebuild, read back for the API."""

from dataclasses import dataclass

from bloomweaver import keys
from bloomweaver.errors import ObjectMissing, UnknownRebuild
from bloomweaver.models.rebuild import RebuildReport
from bloomweaver.ports import Objects, RebuildRun, Rebuilds


@dataclass(frozen=True)
class Reported:
    """How far a rebuild is. There is no report before all batches are done."""

    run: RebuildRun
    report: RebuildReport | None


def read_report(runs: Rebuilds, objects: Objects, id_: str) -> Reported:
    """The rebuild named `id_`, and its report so far. Raises `UnknownRebuild`."""
    run = runs.find(id_)
    if run is None:
        raise UnknownRebuild(f"no rebuild '{id_}' is known")
    try:
        report = RebuildReport.model_validate_json(objects.get(keys.rebuild_report_key(id_)))
    except ObjectMissing:
        report = None
    return Reported(run, report)
