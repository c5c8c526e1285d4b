"""`rebuild`: the vector index made anew from the backups."""

from typing import Annotated

import typer

from cli import output
from cli.answers import Rebuild, RebuildReport
from cli.options import ApiUrlOption, JsonOption, checked_index_name, open_api
from cli.runs import follow, say_ending

_FATES = {
    "restored": "written to the index",
    "not_served": "of a version that is not served, or of no known document",
    "overtaken": "replaced or deleted meanwhile, and removed again",
    "elsewhere": "of a document that is served from another index",
    "foreign": "not an object of Bloomweaver's",
    "missing": "gone when it was to be read",
    "broken": "not what the record says of it",
    "other_model": "of another embedding model than the index",
    "rejected": "refused by the index",
}


def rebuild(
    from_index: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="INDEX",
            callback=checked_index_name,
            help="Copy what is served from this index, and serve it from the new.",
        ),
    ] = None,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds to wait at most.")] = 3600.0,
    api_url: ApiUrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the vector index anew from the backups, without embedding anything.

    For an index that is empty, lost or damaged; it is created if it is not there. With --from: into the deployment's
    index, which has another name than the live one, beside that; at the end documents are served from the new one.
    What is served stays served, and documents may change meanwhile. Exits with 1 if anything could not be restored, or
    it has not ended in time.
    """
    with open_api(api_url) as api:
        started = api.rebuild(from_index)
        ended = follow(lambda: api.rebuild_run(started.id), timeout)
    if as_json:
        output.print_json(ended.model_dump(mode="json"))
    else:
        _print(ended)
    if ended.status != "succeeded" or ended.report is None or not ended.report.sound:
        raise typer.Exit(1)


def _print(ended: Rebuild) -> None:
    if ended.report is not None:
        _print_report(ended.report)
    say_ending(ended)


def _print_report(report: RebuildReport) -> None:
    counts = report.counts
    rows = [(fate, str(count), _FATES.get(fate, "")) for fate, count in counts.objects.items()]
    output.print_table(None, ("Backups", "#Count", "Meaning"), rows)
    if report.problems:
        problems = [
            (one.fate, one.doc_hash, str(one.version), str(one.count), one.example, one.reason)
            for one in report.problems
        ]
        output.print_table(None, ("Not restored", "Document", "#Version", "#Count", "Example", "Reason"), problems)
    late = f", {counts.late} of them in a second try" if counts.late else ""
    output.note(
        f"the index '{report.index}' holds {counts.chunks - counts.unrestored} of {counts.chunks} passages of "
        f"{counts.documents} documents{late}; incomplete: {counts.incomplete}; changed meanwhile: {counts.in_motion}"
    )
    if report.source != report.index:
        output.note(
            f"served from '{report.index}' now: {counts.moved} documents; still from '{report.source}': "
            f"{counts.unmoved}; something of '{report.source}' is left for: {counts.left}"
        )
    if not report.sound:
        output.note("`bloomweaver reconcile --repair` mends documents whose backups are missing or broken")
