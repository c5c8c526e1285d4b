"""Chats belong to their owners, and one question of a chat is answered at a time."""

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from bloomweaver.chats.allowance import Allowance, AllowanceLimits
from bloomweaver.chats.chat import owner_of
from bloomweaver.chats.desk import LOOKED_AT, NOT_STARTED, Desk
from bloomweaver.chats.message import LOST_AFTER_SECONDS, Message, MessageStatus, Rating, Reference, resting_on
from bloomweaver.chats.requests import ChatPatch, NewChat, NewFeedback, NewMessage
from bloomweaver.errors import AnswerRunning, LimitReached, NotRunning, StorageUnavailable, UnknownChat, UnknownMessage
from tests.chats.memory_chats import NO_LIMITS, OWNER, MemoryAnswerRuns, MemoryChats, MemoryUsage

OTHER = "f" * 32
DAY = 86400


class Owners:
    """Two owners of one table."""

    def __init__(self) -> None:
        self.table = MemoryChats()
        self.runs = MemoryAnswerRuns()
        self.usage = MemoryUsage()
        self.seconds = 0.0

    def clock(self) -> str:
        minutes, seconds = divmod(int(self.seconds) % DAY, 60)
        return f"2026-01-01T{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}.000000+00:00"

    def desk(self, owner: str = OWNER, limits: AllowanceLimits = NO_LIMITS) -> Desk:
        return Desk(
            self.table,
            self.runs,
            Allowance(self.usage, self.clock, limits),
            self.clock,
            owner=owner,
            role="viewer",
            kept_days=2,
            seconds=lambda: self.seconds,
        )


@pytest.fixture
def owners() -> Owners:
    return Owners()


def test_to_anybody_else_a_chat_does_not_exist(owners: Owners) -> None:
    mine, other = owners.desk(), owners.desk(OTHER)
    chat = mine.open(NewChat()).id
    message = mine.ask(chat, "Where?").id
    for refused in (
        lambda: other.chat(chat),
        lambda: other.change(chat, ChatPatch(title="x")),
        lambda: other.delete(chat),
        lambda: other.ask(chat, "Where?"),
        lambda: other.messages(chat, 10, None),
        lambda: other.message(chat, message),
        lambda: other.stop(chat, message),
        lambda: other.again(chat, message),
        lambda: other.feedback(chat, message, NewFeedback(rating=Rating.UP)),
    ):
        with pytest.raises(UnknownChat):
            refused()
    assert other.chats(10, None).chats == []
    assert mine.message(chat, message).question == "Where?"


def test_a_message_of_another_chat_is_not_of_this_one(owners: Owners) -> None:
    desk = owners.desk()
    one, other = desk.open(NewChat()).id, desk.open(NewChat()).id
    message = desk.ask(one, "Where?").id
    with pytest.raises(UnknownMessage):
        desk.message(other, message)


@pytest.mark.parametrize("id_", ["", "x", "../" * 9, "0" * 31, "A" * 32, "0" * 2000, "0" * 32 + "\n"])
def test_what_is_no_id_is_unknown(owners: Owners, id_: str) -> None:
    desk = owners.desk()
    with pytest.raises(UnknownChat):
        desk.chat(id_)
    with pytest.raises(UnknownMessage):
        desk.message(desk.open(NewChat()).id, id_)


def test_a_question_starts_one_run_that_is_given_ids_alone(owners: Owners) -> None:
    desk = owners.desk()
    chat = desk.open(NewChat(folder="/guides"))
    message = desk.ask(chat.id, "Where is the secret?")
    [(name, task)] = owners.runs.started.items()
    assert name == f"{chat.id}-000001-1"
    assert len(name) <= 80
    assert task.model_dump() == {"owner": OWNER, "chat_id": chat.id, "message_id": "000001", "attempt": 1}
    assert (message.status, message.role) == (MessageStatus.RUNNING, "viewer")


def test_one_question_of_a_chat_is_answered_at_a_time(owners: Owners) -> None:
    desk = owners.desk()
    chat = desk.open(NewChat()).id
    first = desk.ask(chat, "One?").id
    with pytest.raises(AnswerRunning):
        desk.ask(chat, "Two?")
    with pytest.raises(AnswerRunning):
        desk.again(chat, first)
    assert desk.stop(chat, first).status is MessageStatus.INCOMPLETE
    with pytest.raises(NotRunning):
        desk.stop(chat, first)
    assert desk.ask(chat, "Two?").id == "000002"
    assert [each.question for each in desk.messages(chat, 10, None).messages] == ["One?", "Two?"]


def test_of_two_that_are_asked_at_once_one_is_refused_and_changes_nothing(owners: Owners) -> None:
    desk = owners.desk()
    chat = desk.open(NewChat())
    known = owners.table.chat

    def slow(owner: str, chat_id: str) -> object:
        read = known(owner, chat_id)
        owners.table.chat = known  # type: ignore[method-assign]
        desk.ask(chat.id, "Faster?")
        return read

    owners.table.chat = slow  # type: ignore[method-assign, assignment]
    with pytest.raises(AnswerRunning):
        desk.ask(chat.id, "Slower?")
    assert [each.question for each in desk.messages(chat.id, 10, None).messages] == ["Faster?"]
    assert len(owners.runs.started) == 1


def test_questions_and_answers_that_are_made_anew_are_counted_and_refusals_are_not(owners: Owners) -> None:
    limits = AllowanceLimits(questions_per_minute=3, tokens_per_day=0)
    desk = owners.desk(limits=limits)
    chat = desk.open(NewChat()).id
    message = desk.ask(chat, "One?").id
    asking: list[Callable[[], Message]] = [lambda: desk.ask(chat, "Two?"), lambda: desk.again(chat, message)]
    for ask in asking:
        with pytest.raises(AnswerRunning):
            ask()
    desk.stop(chat, message)
    desk.again(chat, message)
    desk.stop(chat, message)
    desk.ask(desk.open(NewChat()).id, "Elsewhere?")
    for ask in asking:
        with pytest.raises(LimitReached):
            ask()
    # Nothing has changed by that.
    assert desk.message(chat, message).attempt == 2
    assert [each.question for each in desk.messages(chat, 10, None).messages] == ["One?"]
    assert len(owners.runs.started) == 3
    owners.desk(OTHER, limits).ask(owners.desk(OTHER).open(NewChat()).id, "Mine?")
    owners.seconds = 60
    assert desk.ask(chat, "Two?").question == "Two?"


def test_a_message_whose_run_was_lost_has_failed_and_blocks_nobody(owners: Owners) -> None:
    desk = owners.desk()
    chat = desk.open(NewChat()).id
    message = desk.ask(chat, "One?")
    owners.seconds = LOST_AFTER_SECONDS + 1
    assert desk.message(chat, message.id).status_at(owners.clock()) is MessageStatus.FAILED
    with pytest.raises(NotRunning):
        desk.stop(chat, message.id)
    desk.ask(chat, "Two?")
    assert desk.again(chat, message.id).attempt == 2


def test_a_question_whose_run_cannot_be_started_does_not_wait(owners: Owners) -> None:
    desk = owners.desk()
    chat = desk.open(NewChat()).id
    owners.runs.failing = True
    with pytest.raises(StorageUnavailable):
        desk.ask(chat, "One?")
    message = desk.message(chat, "000001")
    assert (message.status, message.error) == (MessageStatus.FAILED, NOT_STARTED)
    owners.runs.failing = False
    assert desk.again(chat, message.id).run_name in owners.runs.started


def test_a_chat_has_the_first_question_for_its_title_until_it_is_named(owners: Owners) -> None:
    desk = owners.desk()
    chat = desk.open(NewChat()).id
    message = desk.ask(chat, "Where\nare  they " + "x" * 200)
    title = desk.chat(chat).title
    assert title is not None
    assert title.startswith("Where are they xxx")
    assert len(title) == 80
    desk.stop(chat, message.id)
    desk.change(chat, ChatPatch(title="Tides", folder="/guides"))
    desk.change(chat, ChatPatch.model_validate({"folder": None}))
    assert (desk.chat(chat).title, desk.chat(chat).folder) == ("Tides", None)


def test_deleting_a_chat_leaves_nothing_of_it_and_all_of_others(owners: Owners) -> None:
    desk = owners.desk()
    gone, kept = desk.open(NewChat()).id, desk.open(NewChat()).id
    for chat in (gone, kept):
        desk.ask(chat, "Where?")
    desk.delete(gone)
    with pytest.raises(UnknownChat):
        desk.messages(gone, 10, None)
    with pytest.raises(UnknownChat):
        desk.delete(gone)
    assert {key[1] for key in owners.table.all_messages} == {kept}


def test_chats_are_found_by_words_of_their_titles(owners: Owners) -> None:
    desk = owners.desk()
    for title in ("Where are the Tide Tables?", "Stra\u00dfe und Caf\u00e9", "Tables of fees", None):
        owners.seconds += 1
        desk.open(NewChat(title=title))

    def found(text: str) -> list[str | None]:
        return [chat.title for chat in desk.chats(10, None, text).chats]

    assert found("TABLES") == ["Tables of fees", "Where are the Tide Tables?"]
    assert found("tables  where") == found("ide tab") == ["Where are the Tide Tables?"]
    assert found("STRASSE cafe\u0301") == ["Stra\u00dfe und Caf\u00e9"]
    assert found("tables chairs") == []
    assert owners.desk(OTHER).chats(10, None, "tables").chats == []


def test_a_page_of_a_search_is_bounded_in_what_it_shows_and_in_what_it_reads(owners: Owners) -> None:
    desk = owners.desk()
    for number in range(LOOKED_AT + 3):
        owners.seconds = number
        desk.open(NewChat(title="Old and rare" if number < 3 else f"Common {number}"))
    first = desk.chats(2, None, "common")
    newest = LOOKED_AT + 2
    assert [chat.title for chat in first.chats] == [f"Common {newest}", f"Common {newest - 1}"]
    second = desk.chats(2, first.cursor, "common")
    assert [chat.title for chat in second.chats] == [f"Common {newest - 2}", f"Common {newest - 3}"]
    # What is rare is on a page that comes later.
    none = desk.chats(2, None, "rare")
    assert none.chats == []
    assert none.cursor is not None
    found = desk.chats(2, none.cursor, "rare")
    assert len(found.chats) == 2
    last = desk.chats(2, found.cursor, "rare")
    assert ([chat.title for chat in last.chats], last.cursor) == (["Old and rare"], None)


def test_chats_end_some_days_after_they_were_asked_last_whatever_the_table_still_has(owners: Owners) -> None:
    desk = owners.desk()
    chat = desk.open(NewChat()).id
    owners.seconds = DAY
    message = desk.ask(chat, "Where?").id
    owners.seconds = 2.5 * DAY
    assert desk.message(chat, message).question == "Where?"
    owners.seconds = 3 * DAY
    assert desk.chats(10, None).chats == []
    with pytest.raises(UnknownChat):
        desk.message(chat, message)


def test_no_message_outlives_its_chat(owners: Owners) -> None:
    desk = owners.desk()
    chat = desk.open(NewChat()).id
    message = desk.ask(chat, "Where?").id
    desk.stop(chat, message)
    owners.seconds = DAY
    assert desk.again(chat, message).expires_at == desk.chat(chat).expires_at == 2 * DAY
    desk.stop(chat, message)
    desk.ask(chat, "And then?")
    desk.stop(chat, "000002")
    assert desk.again(chat, message).expires_at == desk.chat(chat).expires_at == 3 * DAY


def test_feedback_is_kept_until_the_question_is_answered_anew(owners: Owners) -> None:
    desk = owners.desk()
    chat = desk.open(NewChat()).id
    message = desk.ask(chat, "Where?").id
    desk.stop(chat, message)
    said = desk.feedback(chat, message, NewFeedback(rating=Rating.DOWN, comment="It is not there."))
    assert said.feedback is not None
    assert (said.feedback.rating, said.feedback.comment) == (Rating.DOWN, "It is not there.")
    assert desk.again(chat, message).feedback is None


@pytest.mark.parametrize("question", ["", "  \n", "a\0b", "x" * 8193, "x" * 100_000])
def test_what_says_nothing_or_too_much_is_no_question(question: str) -> None:
    with pytest.raises(ValidationError):
        NewMessage(question=question)
    assert NewMessage(question="x" * 8192).question


@pytest.mark.parametrize(
    "body", [{"filter": {"$bad": 1}}, {"folder": "guides"}, {"title": ""}, {"title": "x" * 201}, {"more": 1}]
)
def test_a_chat_that_cannot_be_is_refused(body: dict[str, object]) -> None:
    for model in (NewChat, ChatPatch):
        with pytest.raises(ValidationError):
            model.model_validate(body)


def test_a_patch_changes_something() -> None:
    with pytest.raises(ValidationError):
        ChatPatch.model_validate({})


def test_an_answer_rests_on_the_lowest_version_of_each_document() -> None:
    references = [Reference(key="k", doc_hash="a", version=version, chunk_id="c") for version in (3, 2)]
    assert resting_on(references, {"a": 4, "b": 1}, {"b": 2}) == {"a": 2, "b": 1}


def test_an_owner_is_a_digest_that_says_nothing_of_the_subject() -> None:
    assert owner_of("user_1") != owner_of("user_2")
    assert len(owner_of("user_1")) == 32
    assert "user" not in owner_of("user_1")
