"""A small fault run on the whole stack: `make faults` is the same with more of everything."""

from pathlib import Path

from faults.report import evidence
from faults.run import run
from faults.schedule import LANES, Fault
from faults.singled_out import Trouble
from faults.size import SMALL

SEED = 1


def test_every_promise_holds_while_everything_fails(tmp_path: Path) -> None:
    outcome = run(tmp_path, SMALL, SEED, "pinecone", print)
    assert outcome.violations == [], "\n".join([f"seed {SEED}", *evidence(outcome)])
    # Something was at stake: operations were accepted, searches had hits, every kind of fault happened.
    assert outcome.sent.answers["queued"] > SMALL.operations / 2
    assert outcome.hits > 0
    assert outcome.endings["complete"] >= 2
    assert outcome.reads_of_answers > outcome.questions
    assert outcome.moves >= 1
    assert outcome.deletes >= 1
    assert outcome.syncs >= 2
    assert outcome.watched.messages > SMALL.operations
    assert outcome.watched.cuts >= 1
    expected = {Fault.EMBEDDING_ABSENT, *(fault for lane in LANES.values() for fault in lane), *Trouble}
    assert expected - {fault for fault, count in outcome.faults.items() if count} == set()
    # There was something to recover from: two letters with a write, three with a removal, and a failed document.
    assert outcome.recovered.dead_letters["PineconeDLQ"] >= 3
    assert outcome.recovered.dead_letters["S3DLQ"] >= 2
    assert outcome.recovered.redriven >= 5
    assert outcome.recovered.retried >= 1
