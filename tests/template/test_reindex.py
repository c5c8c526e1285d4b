"""A call of a reindex has the time that it takes, and its documents leave room for those of clients."""

from bloomweaver.settings import Settings
from tests.statemachines import definitions
from tests.template.template import function, template

EVENTS_OF_A_CALL = 7
"""Entered, scheduled, started, succeeded and left the task; entered and left the choice."""
HISTORY_EVENTS_MAX = 25_000


def test_a_call_ends_long_before_its_function_does() -> None:
    move = function("MoveFunction")
    seconds = float(move["Environment"]["Variables"]["REINDEX_CALL_SECONDS"])
    assert 2 * seconds <= move["Timeout"]
    assert Settings.model_fields["reindex_call_seconds"].default == seconds
    calls = definitions.load("reindex")["TimeoutSeconds"] / seconds
    assert calls * EVENTS_OF_A_CALL < HISTORY_EVENTS_MAX


def test_its_documents_are_fewer_than_a_queue_has_in_work() -> None:
    for places in template()["Mappings"]["Concurrency"].values():
        assert 1 <= int(places["Reindex"]) < places["BatchSize"] * places["MaximumConcurrency"]
