"""Reconciliation of chats: what should be erased, ended or gone is found, by numbers alone, and mended where asked."""

from typing import Any

import pytest

from bloomweaver.chats.chat import Chat
from bloomweaver.chats.message import EarlierAnswer, Message, MessageStatus, Reference, Words
from bloomweaver.chats.ports import MessagePlace, place_of
from bloomweaver.models.reconciliation import Kind, Repair
from bloomweaver.models.record import Operation, Status
from bloomweaver.reconciliation import reconciler
from tests.chats.memory_chats import OWNER
from tests.reconciliation.reconciled_documents import LONG_AGO, NOW, Outcomes, World, moments_ago

CHAT = "1" * 32
SECRET = "the blue cabinet"


def ask(world: World, number: int = 1, *, chat: bool = True, noted: bool = True, **changes: Any) -> MessagePlace:
    """A whole answer that rests on the document, long ago."""
    if chat:
        world.chats.all_chats[OWNER, CHAT] = Chat(
            owner=OWNER, id=CHAT, created_at=LONG_AGO, active_at=LONG_AGO, expires_at=2**40
        )
    message = Message.model_validate(
        {
            "owner": OWNER,
            "chat_id": CHAT,
            "id": f"{number:06d}",
            "question": "Where?",
            "status": MessageStatus.COMPLETE,
            "references": (Reference(key="ref-aaaaaa", doc_hash="doc", version=1, chunk_id="v000001-00000"),),
            "earlier": (EarlierAnswer(id="000001", attempt=1),),
            "rests_on": {"doc": 1},
            "parts": (Words(text=f"In {SECRET}."),),
            "asked_at": LONG_AGO,
            "started_at": LONG_AGO,
            "updated_at": LONG_AGO,
            "ended_at": LONG_AGO,
            "expires_at": 2**40,
            **changes,
        }
    )
    if noted:
        world.chats.note_rests(message, message.rests_on)
    world.chats.all_messages[OWNER, CHAT, message.id] = message
    return place_of(message)


def delete(world: World, **changes: Any) -> None:
    """The document's deletion is done."""
    gone = {"version": 2, "deleted_version": 2, "indexed_version": 0, "sources": {}}
    done = {"operation": Operation.DELETE, "status": Status.DELETED}
    world.add("doc", chunks=0, **{**gone, **done, **changes})
    world.sources.objects.clear()


OF_CHATS = {Kind.UNERASED_ANSWERS, Kind.LOST_ANSWERS, Kind.ORPHAN_CHAT_ITEMS}


def found(outcomes: Outcomes) -> dict[Kind, int]:
    """How many of each kind that is of chats: what else a deletion left is not the matter here."""
    return {kind: number for kind, number in outcomes.found().items() if kind in OF_CHATS}


def repairs(outcomes: Outcomes) -> dict[Kind, Repair]:
    return {kind: repair for kind, repair in outcomes.repairs().items() if kind in OF_CHATS}


def kept(world: World, place: MessagePlace) -> Message:
    return world.chats.all_messages[place.owner, place.chat_id, place.message_id]


@pytest.fixture
def world() -> World:
    world = World()
    world.add("doc")
    world.add("other")
    return world


def test_answers_that_stand_are_left_alone(world: World) -> None:
    place = ask(world)
    before = kept(world, place)
    outcomes = world.reconcile(repair=True)
    assert (found(outcomes), outcomes.report.counts.chat_items) == ({}, 2)
    assert (kept(world, place), world.chats.resting_on("doc", 2)) == (before, [place])


@pytest.mark.parametrize("noted", [True, False], ids=["noted", "its note is lost"])
def test_an_answer_that_a_deletion_did_not_erase_is_erased(world: World, noted: bool) -> None:
    place, other = ask(world, noted=noted), ask(world, 2, rests_on={"other": 1})
    delete(world)
    assert found(world.reconcile()) == {Kind.UNERASED_ANSWERS: 1}
    assert SECRET in kept(world, place).model_dump_json()

    outcomes = world.reconcile(repair=True)
    assert repairs(outcomes) == {Kind.UNERASED_ANSWERS: Repair.REMOVED}
    assert kept(world, place).is_erased
    assert SECRET not in kept(world, place).model_dump_json()
    assert SECRET in kept(world, other).model_dump_json()
    assert world.chats.resting_on("doc", 3) == []
    assert found(world.reconcile()) == {}


def test_a_document_that_was_sent_again_keeps_no_answer_of_before(world: World) -> None:
    place, newer = ask(world), ask(world, 2, rests_on={"doc": 3})
    world.add("doc", version=3, deleted_version=2)
    world.reconcile(repair=True)
    assert (kept(world, place).is_erased, kept(world, newer).is_erased) == (True, False)


def test_an_answer_that_is_made_anew_meanwhile_is_not_erased(world: World) -> None:
    place = ask(world)
    world.add("doc", version=3, deleted_version=2)
    read = world.chats.existing_chats

    def answered_anew(chats: Any) -> Any:
        before = kept(world, place)
        anew = {"rests_on": {"doc": 3}, "attempt": 2, "revision": before.revision + 1}
        world.chats.all_messages[place.owner, place.chat_id, place.message_id] = before.model_copy(update=anew)
        return read(chats)

    world.chats.existing_chats = answered_anew  # type: ignore[method-assign]
    assert found(world.reconcile(repair=True)) == {}
    assert SECRET in kept(world, place).model_dump_json()


def test_what_rests_on_a_document_that_is_only_known_to_be_gone_is_erased(world: World) -> None:
    place = ask(world)
    delete(world, version=1, deleted_version=1)  # as a tombstone is
    assert found(world.reconcile(repair=True)) == {Kind.UNERASED_ANSWERS: 1}
    assert kept(world, place).is_erased


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"status": Status.DELETING}, {}),
        ({"updated_at": moments_ago()}, {}),
        ({}, {"updated_at": moments_ago()}),
    ],
    ids=["its deletion runs", "it was deleted a moment ago", "it was answered a moment ago"],
)
def test_what_a_deletion_may_be_about_to_erase_is_left_to_it(
    world: World, document: dict[str, Any], message: dict[str, Any]
) -> None:
    place = ask(world, **message)
    delete(world, **document)
    outcomes = world.reconcile(repair=True)
    assert Kind.UNERASED_ANSWERS not in found(outcomes)
    assert outcomes.in_motion >= 1
    assert not kept(world, place).is_erased


def test_of_a_table_without_documents_no_answer_is_erased() -> None:
    world = World()
    place = ask(world)
    outcomes = world.reconcile(repair=True)
    assert repairs(outcomes) == {Kind.UNERASED_ANSWERS: Repair.IMPOSSIBLE}
    assert not kept(world, place).is_erased
    world.add("other")
    assert repairs(world.reconcile(repair=True)) == {Kind.UNERASED_ANSWERS: Repair.REMOVED}
    assert kept(world, place).is_erased


def test_what_a_deleted_chat_left_over_is_removed(world: World) -> None:
    ask(world, chat=False)
    ask(world, 2, chat=False)
    assert found(world.reconcile()) == {Kind.ORPHAN_CHAT_ITEMS: 2}
    assert len(world.chats.all_messages) == 2
    outcomes = world.reconcile(repair=True)
    assert repairs(outcomes) == {Kind.ORPHAN_CHAT_ITEMS: Repair.REMOVED}
    assert (world.chats.all_messages, world.chats.rests) == ({}, {})
    assert found(world.reconcile()) == {}


def test_a_note_of_a_message_that_is_there_is_left_alone(world: World) -> None:
    place = ask(world)
    world.chats.note_rests(kept(world, place), {"other": 1})  # of an answer before
    assert found(world.reconcile(repair=True)) == {}
    assert set(world.chats.rests) == {("doc", place), ("other", place)}


def test_a_note_of_a_message_that_is_not_there_is_removed(world: World) -> None:
    place, other = ask(world), ask(world, 2)
    del world.chats.all_messages[OWNER, CHAT, place.message_id]
    outcomes = world.reconcile(repair=True)
    assert (found(outcomes), set(world.chats.rests)) == ({Kind.ORPHAN_CHAT_ITEMS: 1}, {("doc", other)})
    assert found(world.reconcile()) == {}


def test_an_answer_whose_run_was_lost_is_ended_with_what_was_written(world: World) -> None:
    running: dict[str, Any] = {"status": MessageStatus.RUNNING, "ended_at": None}
    partly, nothing = ask(world, **running), ask(world, 2, parts=(), **running)
    alive = ask(world, 3, started_at=NOW, **running)
    assert found(world.reconcile()) == {Kind.LOST_ANSWERS: 2}
    outcomes = world.reconcile(repair=True)
    assert repairs(outcomes) == {Kind.LOST_ANSWERS: Repair.REMOVED}
    ended = [(kept(world, place).status, kept(world, place).error) for place in (partly, nothing)]
    assert [status for status, _ in ended] == [MessageStatus.INCOMPLETE, MessageStatus.FAILED]
    assert {error.type for _, error in ended if error} == {"RunLost"}
    assert kept(world, alive).status is MessageStatus.RUNNING


def test_reports_have_numbers_and_nothing_of_whose_chats_they_are_of(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciler, "IDS_PAGE", 2)
    for number in range(1, 6):
        ask(world, number)
    delete(world)
    outcomes = world.reconcile(repair=True, call_seconds=0.0)
    assert found(outcomes) == {Kind.UNERASED_ANSWERS: 5}
    of_chats = [each for each in outcomes.findings if each.kind in OF_CHATS]
    for finding in of_chats:
        assert (finding.doc_hash, finding.version, finding.examples) == (None, None, [])
    told = outcomes.report.model_dump_json() + "".join(each.model_dump_json() for each in of_chats)
    for secret in (OWNER, CHAT, "Where?", SECRET):
        assert secret not in told
