"""What a subject may ask, as its routes say it and as the table counts it, and what the sweep makes of lost answers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from bloomweaver.chats.chat import owner_of
from bloomweaver.chats.message import LOST_AFTER_SECONDS
from bloomweaver.chats.ports import MessagePlace
from bloomweaver.clock import now
from tests.handlers.chat_room import ask_for, open_chat
from tests.handlers.conftest import REGION, LambdaContext, Services, forget, load
from wiring import dependencies

OWNER = owner_of("user_1")
DAY = "2026-01-01"
ROLE = "arn:aws:iam::123456789012:role/unused"


@pytest.fixture(autouse=True)
def machine(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """A state machine that runs nothing by itself."""
    states = boto3.client("stepfunctions", region_name=REGION)
    definition = '{"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 3600, "End": true}}}'
    made = states.create_state_machine(name="answer", definition=definition, roleArn=ROLE)
    monkeypatch.setenv("ANSWER_STATE_MACHINE_ARN", made["stateMachineArn"])
    forget()


def limit(monkeypatch: pytest.MonkeyPatch, **limits: Any) -> None:
    for name, value in limits.items():
        monkeypatch.setenv(name.upper(), str(value))
    forget()


def ask(chat: str | None = None, subject: str = "user_1") -> Any:
    """A question, which is stopped at once."""
    chat = chat or str(ask_for("POST", "/chats", {}, subject).body["chat_id"])
    asked = ask_for("POST", f"/chats/{chat}/messages", {"question": "Where?"}, subject)
    if asked.status == 202:
        ask_for("POST", f"/chats/{chat}/messages/{asked.body['message_id']}/stop", subject=subject)
    return asked


def test_too_many_questions_of_a_minute_are_refused_with_the_limits_name(monkeypatch: pytest.MonkeyPatch) -> None:
    limit(monkeypatch, questions_per_minute=2)
    chat = open_chat()
    assert [ask(chat).status, ask(chat).status] == [202, 202]
    for refused in (
        ask_for("POST", f"/chats/{chat}/messages", {"question": "Where?"}),
        ask_for("POST", f"/chats/{chat}/messages/000001/again"),
        ask(),
    ):
        assert refused.status == 429
        assert refused.body["errors"][0]["field"] == "questions_per_minute"
        assert "2 questions" in refused.body["detail"]
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert len(ask_for("GET", f"/chats/{chat}/messages").body["messages"]) == 2
    assert ask(subject="user_2").status == 202


def test_tokens_of_a_day_end_questions_where_a_model_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    dependencies.usage().add_tokens(OWNER, now()[:10], "an answer", 1000)
    limit(monkeypatch, tokens_per_day=1000, generator="openai")
    refused = ask()
    assert (refused.status, refused.body["errors"][0]["field"]) == (429, "tokens_per_day")
    assert 1 <= int(refused.headers["Retry-After"]) <= 86400
    assert ask(subject="user_2").status == 202
    limit(monkeypatch, tokens_per_day=1001)
    assert ask().status == 202
    limit(monkeypatch, tokens_per_day=1000, generator="extractive")
    assert ask().status == 202, "it uses none"


def test_places_are_taken_in_the_table_until_there_is_none() -> None:
    usage = dependencies.usage()
    taken = [usage.take_place(OWNER, "2026-01-01T09:20", 3) for _ in range(5)]
    assert taken == [True, True, True, False, False]
    assert usage.take_place(OWNER, "2026-01-01T09:21", 3)
    assert usage.take_place(owner_of("user_2"), "2026-01-01T09:20", 3)
    assert usage.take_place(OWNER, "2026-01-01T09:20", 4), "a limit may be changed"


def test_what_was_written_is_counted_once_whatever_the_day() -> None:
    usage = dependencies.usage()
    assert usage.tokens(OWNER, DAY) == 0
    assert usage.add_tokens(OWNER, DAY, "one", 70)
    assert not usage.add_tokens(OWNER, DAY, "one", 70)
    assert not usage.add_tokens(OWNER, "2026-01-02", "one", 70)
    assert usage.add_tokens(OWNER, DAY, "two", 7)
    assert usage.add_tokens(owner_of("user_2"), DAY, "one", 1)
    assert (usage.tokens(OWNER, DAY), usage.tokens(OWNER, "2026-01-02")) == (77, 0)


def test_what_is_counted_expires() -> None:
    usage = dependencies.usage()
    usage.take_place(OWNER, "2026-01-01T09:20", 3)
    usage.add_tokens(OWNER, DAY, "one", 70)
    items = boto3.client("dynamodb", region_name=REGION).scan(TableName="chats")["Items"]
    tomorrow = datetime.now(tz=UTC) + timedelta(days=1)
    assert len(items) == 3
    assert all(int(item["expires_at"]["N"]) > tomorrow.timestamp() for item in items)


def lose(chat: str, message_id: str) -> None:
    """Have the run of a message be lost long ago."""
    table = dependencies.chats()
    message = table.message(OWNER, chat, message_id)
    assert message is not None
    began = datetime.now(tz=UTC) - timedelta(seconds=LOST_AFTER_SECONDS + 10)
    lost = {"started_at": began.isoformat(timespec="microseconds"), "revision": message.revision + 1}
    assert table.put_message(message.model_copy(update=lost), message)


def test_the_sweep_ends_an_answer_whose_run_was_lost(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    lost, alive = open_chat(), open_chat()
    for chat in (lost, alive):
        assert ask_for("POST", f"/chats/{chat}/messages", {"question": "Where?"}).status == 202
    lose(lost, "000001")
    before = ask_for("GET", f"/chats/{lost}/messages/000001").body
    assert (before["status"], before["error"]["type"]) == ("failed", "RunLost"), "as read it is at once"

    counts = load("sweep").handler({"source": "aws.events"}, LambdaContext())
    assert counts["lost_answers"] == 1
    kept = dependencies.chats().message(OWNER, lost, "000001")
    assert kept is not None
    assert (kept.status, kept.error and kept.error.type) == ("failed", "RunLost")
    assert ask_for("GET", f"/chats/{alive}/messages/000001").body["status"] == "running"
    assert load("sweep").handler({"source": "aws.events"}, LambdaContext())["lost_answers"] == 0


def test_what_no_longer_runs_is_in_no_list_of_what_does() -> None:
    chat = open_chat()
    ask_for("POST", f"/chats/{chat}/messages", {"question": "Where?"})
    later = "9999"
    table = dependencies.chats()
    assert table.running_since(later, 10) == [MessagePlace(OWNER, chat, "000001")]
    ask_for("POST", f"/chats/{chat}/messages/000001/stop")
    assert table.running_since(later, 10) == []


def test_the_table_is_looked_through_page_by_page() -> None:
    chats = [open_chat() for _ in range(3)]
    for chat in chats:
        ask_for("POST", f"/chats/{chat}/messages", {"question": "Where?"})
    table, items = dependencies.chats(), dependencies.chat_items()
    message = table.message(OWNER, chats[0], "000001")
    assert message is not None
    table.note_rests(message, {"tides": 3, "boats": 1})
    messages, notes, seen, cursor = [], [], 0, None
    while True:
        page = items.scan(2, cursor)
        messages += page.messages
        notes += page.notes
        seen, cursor = seen + page.seen, page.cursor
        if cursor is None:
            break
    assert {each.chat_id for each in messages} == {*chats}
    place = MessagePlace(OWNER, chats[0], "000001")
    assert {(each.doc_hash, each.place) for each in notes} == {("tides", place), ("boats", place)}
    assert seen == 3 + 3 + 2
    assert items.existing_chats({(OWNER, chats[0]), (OWNER, "f" * 32)}) == {(OWNER, chats[0])}
    assert items.messages_at({place, MessagePlace(OWNER, chats[0], "000009")}) == {place: message}
    table.forget_rests(place, ["boats", "unheard-of"])
    assert (table.resting_on("boats", 9), table.resting_on("tides", 9)) == ([], [place])


def test_what_is_over_is_not_looked_at() -> None:
    chat = open_chat()
    ask_for("POST", f"/chats/{chat}/messages", {"question": "Where?"})
    boto3.client("dynamodb", region_name=REGION).update_item(
        TableName="chats",
        Key={"owner": {"S": OWNER}, "item": {"S": f"message#{chat}#000001"}},
        UpdateExpression="SET expires_at = :past",
        ExpressionAttributeValues={":past": {"N": "1"}},
    )
    page = dependencies.chat_items().scan(10, None)
    assert (page.messages, page.seen) == ([], 2)
