"""How far a reconciliation is: what it goes through, of as many as the records have said."""

import pytest

from bloomweaver.models.reconciliation import Counts, Phase, Progress
from bloomweaver.reconciliation.steps import step_of
from tests.reconciliation.reconciled_documents import World

COUNTS = Counts(
    documents=12, served=10, chunks=40, entries=70, folders=5, vectors=30, backups=44, sources=8, chat_items=9
)


@pytest.mark.parametrize(
    ("phase", "expected"),
    [
        (Phase.RECORDS, ("documents", 12, None)),
        (Phase.LISTS, ("entries", 70, None)),
        (Phase.FOLDERS, ("folders", 5, None)),
        (Phase.VECTORS, ("vectors", 30, 40)),
        (Phase.BACKUPS, ("backups", 44, 44)),
        (Phase.SOURCES, ("sources", 8, 10)),
        (Phase.CHATS, ("chat_items", 9, None)),
    ],
)
def test_each_phase_counts_what_it_goes_through(phase: Phase, expected: tuple[str, int, int | None]) -> None:
    step = step_of(Progress(phase=phase, counts=COUNTS))
    assert (step.unit, step.done, step.of) == expected


def test_it_says_what_it_goes_through_and_counts_to_the_end_where_the_end_is_known() -> None:
    world = World()
    for number in range(3):
        world.add(f"doc-{number}", chunks=4)
    world.reconcile(call_seconds=0.0)
    phases = list(dict.fromkeys(step.phase for step in world.said))
    assert phases == [each for each in Phase if each in phases], "in their order"
    assert {Phase.VECTORS, Phase.BACKUPS, Phase.SOURCES} <= {*phases}
    of = {step.unit: step.of for step in world.said}
    assert (of["vectors"], of["backups"], of["sources"]) == (12, 12, 3)
