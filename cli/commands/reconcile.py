"""`reconcile`: whether records, vector index, backups and lists agree, and repair where they do not."""

from typing import Annotated

import typer

from cli import output
from cli.answers import Finding, Reconciliation, ReconciliationReport
from cli.client import Api
from cli.options import ApiUrlOption, JsonOption, open_api
from cli.runs import follow, say_ending

_KINDS = {
    "missing_vectors": "vectors that are not in the index",
    "missing_backups": "chunks without a backup",
    "broken_backups": "backups that cannot be read",
    "wrong_counts": "versions with more chunks than recorded",
    "missing_sources": "served documents without a source",
    "orphan_vectors": "vectors of nothing that is served",
    "orphan_backups": "backups of nothing that is served",
    "orphan_sources": "sources of nothing that is served",
    "unlisted_documents": "documents that lists do not have as they are",
    "orphan_entries": "entries of lists for documents not there",
    "wrong_folder_counts": "folders with another number of documents",
    "unerased_answers": "answers made from deleted documents",
    "lost_answers": "answers whose run is over",
    "orphan_chat_items": "what is left of deleted chats",
}
_REPAIRS = {
    "not_asked": "",
    "removed": "removed",
    "restored": "restored",
    "run_again": "run again",
    "impossible": "not repaired",
}


def reconcile(
    repair: Annotated[bool, typer.Option("--repair", help="Repair what can be repaired.")] = False,
    contents: Annotated[
        bool, typer.Option("--contents/--no-contents", help="Read every backup, or only look whether it is there.")
    ] = True,
    findings: Annotated[int, typer.Option(min=0, help="How many findings to show.")] = 20,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds to wait at most.")] = 600.0,
    api_url: ApiUrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare records, vector index, backups, sources and lists in both directions, and show what does not agree.

    With --repair, documents from before sources were kept get theirs. Documents that are changing are left for the next
    time. Exits with 1 if something is wrong and not repaired, or the comparison has not ended in time.
    """
    with open_api(api_url) as api:
        started = api.reconcile(repair=repair, contents=contents)
        ended = follow(lambda: api.reconciliation(started.id), timeout)
        shown = _findings(api, ended, findings)
    if as_json:
        whole = ended.model_dump(mode="json", exclude={"findings", "next_cursor"})
        output.print_json({**whole, "findings": [finding.model_dump(mode="json") for finding in shown]})
    else:
        _print(ended, shown)
    if ended.status != "succeeded" or ended.report is None or ended.report.unrepaired:
        raise typer.Exit(1)


def _findings(api: Api, ended: Reconciliation, limit: int) -> list[Finding]:
    found, cursor = list(ended.findings), ended.next_cursor
    while cursor is not None and len(found) < limit:
        page = api.reconciliation(ended.id, cursor=cursor)
        found += page.findings
        cursor = page.next_cursor
    return found[:limit]


def _print(ended: Reconciliation, findings: list[Finding]) -> None:
    if ended.report is not None:
        _print_report(ended.report, findings)
    say_ending(ended)


def _print_report(report: ReconciliationReport, findings: list[Finding]) -> None:
    rows = [
        (kind, str(tally.found), str(tally.repaired), _KINDS.get(kind, ""))
        for kind, tally in report.counts.kinds.items()
    ]
    output.print_table(None, ("Wrong", "#Found", "#Repaired", "Meaning"), rows)
    if findings:
        output.print_table(
            None, ("Wrong", "Document", "#Version", "#Count", "Example", "Reason", "Repair"), _rows(findings)
        )
    counts = report.counts
    output.note(
        f"compared {counts.documents} documents, {counts.vectors} vectors, {counts.backups} backups, "
        f"{counts.sources} sources, {counts.entries} entries of lists, {counts.folders} folders, "
        f"{counts.chat_items} items of chats; left alone while changing: {counts.in_motion}"
    )
    if report.unrepaired and not report.repair:
        output.note("`bloomweaver reconcile --repair` repairs what can be repaired")


def _rows(findings: list[Finding]) -> list[tuple[str, ...]]:
    return [
        (
            finding.kind,
            finding.doc_hash or "",
            "" if finding.version is None else str(finding.version),
            str(finding.count),
            next(iter(finding.examples), ""),
            finding.reason,
            _REPAIRS.get(finding.repair, finding.repair),
        )
        for finding in findings
    ]
