"""The report of a reconciliation, read back for the API."""

from dataclasses import dataclass

from bloomweaver import keys
from bloomweaver.errors import InvalidCursor
from bloomweaver.models.reconciliation import Finding, FindingsPart, Report
from bloomweaver.ports import Objects, Reconciliations, Run
from bloomweaver.recovery.run_reports import read_run


@dataclass(frozen=True)
class Reported:
    """How far a reconciliation is. There is no report before its first call has ended."""

    run: Run
    report: Report | None
    findings: list[Finding]
    """Those of one part."""
    next_cursor: str | None


def read_report(runs: Reconciliations, objects: Objects, id_: str, cursor: str | None) -> Reported:
    """The run named `id_`, its report so far, and a part of its findings: the first one without a `cursor`.

    Raises `UnknownRun` and `InvalidCursor`.
    """
    run, report = read_run(runs, objects, id_, keys.report_key(id_), Report)
    parts = report.parts if report else 0
    if cursor is not None and cursor not in map(str, range(1, parts + 1)):
        raise InvalidCursor("no page gave out this cursor")
    part = int(cursor) if cursor is not None else 1
    if part > parts:
        return Reported(run, report, [], None)
    findings = FindingsPart.model_validate_json(objects.get(keys.findings_key(id_, part))).findings
    return Reported(run, report, findings, str(part + 1) if part < parts else None)
