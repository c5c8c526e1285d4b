"""How far a run is that somebody follows by its name: its execution, and the report that it writes as it goes."""

from typing import TypeVar

from pydantic import BaseModel

from bloomweaver.errors import ObjectMissing, UnknownRun
from bloomweaver.ports import Objects, Run, Runs

RunReport = TypeVar("RunReport", bound=BaseModel)


def read_run(
    runs: Runs, objects: Objects, id_: str, report_key: str, report: type[RunReport]
) -> tuple[Run, RunReport | None]:
    """The run named `id_`, and its report so far: there is none before its first step has ended.

    Raises `UnknownRun`.
    """
    run = runs.find(id_)
    if run is None:
        raise UnknownRun(f"no run '{id_}' is known here")
    try:
        return run, report.model_validate_json(objects.get(report_key))
    except ObjectMissing:
        return run, None
