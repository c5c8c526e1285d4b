"""The report of a fault run: one table, and the evidence of each violation."""

from rich.table import Table

from faults.run import Outcome
from faults.sender import NEVER_SENT

EVIDENCE_SHOWN = 40


def as_table(outcome: Outcome) -> Table:
    """What was done, what failed, what mended it, and what was found wrong."""
    table = Table(title=f"Fault run, seed {outcome.seed}, {outcome.vector_store}", title_justify="left")
    table.add_column("What")
    table.add_column("How many", justify="right")
    for what, value in _rows(outcome):
        table.add_row(what, value)
    return table


def _rows(outcome: Outcome) -> list[tuple[str, str]]:
    recovered = outcome.recovered
    sent = outcome.deliveries - outcome.sent.answers[NEVER_SENT]
    rate = sent / outcome.sending_seconds
    return [
        ("documents", str(outcome.documents)),
        ("operations", f"{outcome.deliveries} ({rate:.1f} a second)"),
        *((f"  answered {answer}", str(count)) for answer, count in sorted(outcome.sent.answers.items())),
        ("  requests sent again, after no answer or a 5xx", str(outcome.sent.tries - sent)),
        ("messages delivered twice", str(outcome.message_copies)),
        ("searches checked", f"{outcome.answered_searches} ({outcome.hits} hits)"),
        ("searches without an answer", str(outcome.unanswered_searches)),
        ("questions", str(outcome.questions)),
        *((f"  answers that ended {status}", str(count)) for status, count in outcome.endings.items()),
        ("answers read and checked", str(outcome.reads_of_answers)),
        ("folders moved", str(outcome.moves)),
        ("folders deleted", str(outcome.deletes)),
        ("syncs of a folder on disk", str(outcome.syncs)),
        ("messages that came to watchers", str(outcome.watched.messages)),
        ("connections of watchers that were cut", str(outcome.watched.cuts)),
        *((f"fault: {name}", str(count)) for name, count in sorted(outcome.faults.items())),
        ("attempts at tasks that failed, retried or caught", str(outcome.failed_attempts)),
        ("dead letters at the end of the faults", str(recovered.dead_letters.total())),
        *((f"  in {name}", str(count)) for name, count in sorted(recovered.dead_letters.items()) if count),
        ("dead letters redriven", str(recovered.redriven)),
        ("dead letters dropped as superseded", str(recovered.superseded)),
        *((f"swept: {name}", str(count)) for name, count in sorted(recovered.swept.items()) if count),
        ("failed documents retried", str(recovered.retried)),
        ("start", f"{outcome.start_seconds:.0f} s"),
        ("documents singled out", f"{outcome.singled_out_seconds:.0f} s"),
        ("sending under faults", f"{outcome.sending_seconds:.0f} s"),
        ("recovery", f"{recovered.seconds:.0f} s"),
        ("whole run", f"{outcome.total_seconds:.0f} s"),
        ("violations", str(len(outcome.violations))),
    ]


def evidence(outcome: Outcome) -> list[str]:
    """A line for each violation, the first ones if they are many, and what happened to the first documents."""
    lines = [f"{one.at} {one.promise}: {one.doc_hash}: {one.evidence}" for one in outcome.violations[:EVIDENCE_SHOWN]]
    if len(outcome.violations) > EVIDENCE_SHOWN:
        lines.append(f"and {len(outcome.violations) - EVIDENCE_SHOWN} more")
    for doc_hash, history in outcome.histories.items():
        if doc_hash:
            lines += [f"what happened to {doc_hash}:", *(f"  {line}" for line in history)]
    return lines
