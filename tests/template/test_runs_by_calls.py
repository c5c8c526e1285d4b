"""Runs that go call by call: a call has the time that it takes, and its documents leave room for those of clients."""

import pytest

from bloomweaver.settings import Settings
from tests.statemachines import definitions
from tests.template.template import function, template

EVENTS_OF_A_CALL = 7
"""Entered, scheduled, started, succeeded and left the task; entered and left the choice."""
HISTORY_EVENTS_MAX = 25_000
RUNS = [("reindex", "MoveFunction", "REINDEX"), ("folder_change", "ChangeFolderFunction", "FOLDER_CHANGE")]


@pytest.mark.parametrize(("machine", "name", "setting"), RUNS)
def test_a_call_ends_long_before_its_function_does(machine: str, name: str, setting: str) -> None:
    properties = function(name)
    seconds = float(properties["Environment"]["Variables"][f"{setting}_CALL_SECONDS"])
    assert 2 * seconds <= properties["Timeout"]
    assert Settings.model_fields[f"{setting.lower()}_call_seconds"].default == seconds
    calls = definitions.load(machine)["TimeoutSeconds"] / seconds
    assert calls * EVENTS_OF_A_CALL < HISTORY_EVENTS_MAX


def test_their_documents_are_fewer_than_a_queue_has_in_work() -> None:
    for places in template()["Mappings"]["Concurrency"].values():
        assert 1 <= int(places["Reindex"]) < places["BatchSize"] * places["MaximumConcurrency"]
