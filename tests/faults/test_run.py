"""A small fault run on the whole stack: `make faults` is the same with more of everything."""

from pathlib import Path

from faults.report import evidence
from faults.run import run
from faults.size import SMALL

SEED = 1


def test_every_promise_holds_while_everything_fails(tmp_path: Path) -> None:
    outcome = run(tmp_path, SMALL, SEED, "pinecone", print)
    assert outcome.violations == [], "\n".join([f"seed {SEED}", *evidence(outcome)])
    # Something was at stake: operations were accepted, searches had hits, faults happened.
    assert outcome.sent.answers["queued"] > SMALL.operations / 2
    assert outcome.hits > 0
    assert len(outcome.faults) > 10
    assert sum(outcome.faults.values()) > 50
